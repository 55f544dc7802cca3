"""What offers would have cost over past orders."""
