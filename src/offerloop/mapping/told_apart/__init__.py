"""Columns that can, or cannot, tell customers and products apart, by what they hold."""
