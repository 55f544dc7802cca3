"""The loop that learns: each period gives offers by what the earlier ones showed, and keeps giving a few by lot."""
