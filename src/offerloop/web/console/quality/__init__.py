"""Data quality: what was read, what cleaning did to it, and what is missing."""
