"""What customers bought before and after exposures, and how much of it each offer covers."""
