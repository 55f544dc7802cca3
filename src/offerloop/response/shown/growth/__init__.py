"""Offers as growth of what customers buy anyway: its model, what it may be beforehand, and how it is judged."""
