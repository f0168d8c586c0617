"""GPU Shopper's Slack side."""
