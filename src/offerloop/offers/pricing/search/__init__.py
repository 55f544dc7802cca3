"""The search for the best set of offers, and the bounds that it needs."""
