"""A folder per question that people ask: its arguments, its use case, what it found, and the page that shows it."""
