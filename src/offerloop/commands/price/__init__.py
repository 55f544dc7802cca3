"""The price of a basket under offers."""
