"""Products: which ones are recommended most, and to how many customers."""
