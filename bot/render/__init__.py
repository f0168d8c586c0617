"""Values in, messages out. No client, no clock, no log."""
