"""Thin: parses, calls a service, prints. One file per command group."""
