"""What the service says of itself: its log, its counters, and the ids by which they name what they are about."""
