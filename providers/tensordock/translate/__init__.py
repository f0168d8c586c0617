"""Between our words and TensorDock's: pure, without network, clock or log."""
