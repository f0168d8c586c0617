"""The Rent window, from the press to the machine that is being made."""
