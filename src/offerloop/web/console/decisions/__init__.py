"""One decision: what was answered, decided again from its record, and why."""
