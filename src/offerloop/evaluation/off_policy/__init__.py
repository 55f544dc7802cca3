"""What a policy would be worth, from a log that another policy made."""
