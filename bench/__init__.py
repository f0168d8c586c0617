"""Ratios against foreign code, all measured in one run on one machine."""
