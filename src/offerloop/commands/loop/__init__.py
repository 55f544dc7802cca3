"""Each period's offers by what the earlier ones showed."""
