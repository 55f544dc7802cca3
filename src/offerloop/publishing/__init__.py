"""Assignments carried to files, databases and webhooks: each place once, and what is finished is noted."""
