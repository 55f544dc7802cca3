"""What policies would be worth, estimated from the log of shown offers."""
