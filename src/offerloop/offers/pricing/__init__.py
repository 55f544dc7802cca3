"""What a basket costs under offers, and what is given back when a part of it is returned: pure functions."""
