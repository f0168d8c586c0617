"""One journey each, over ports."""
