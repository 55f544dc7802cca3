"""What a run would start from, before anything is fitted."""
