"""The overview: what needs attention first, then what the newest plan expects."""
