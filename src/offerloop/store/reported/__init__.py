"""What a shop reports: events, customers' choices, and the erasure of a customer."""
