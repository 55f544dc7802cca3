"""Campaigns over HTTP: how they are written and go their way, and what they are forecast and found to do."""
