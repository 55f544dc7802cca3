"""What an order line was worth: its list price, what offers took off, and what came back."""
