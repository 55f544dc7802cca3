"""What is to be given back for units of a priced basket that return."""
