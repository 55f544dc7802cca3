"""Who gets which offer within a budget and other limits."""
