"""Between our words and Vast.ai's: pure, without network, clock or log."""
