"""Fairness and privacy: offer rates by attributes that no model has seen, and what is kept of customers."""
