"""Runs and policies: which plan the checkout follows, and the switch that turns personal offers off."""
