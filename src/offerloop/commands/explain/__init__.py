"""Why one customer gets an offer or not."""
