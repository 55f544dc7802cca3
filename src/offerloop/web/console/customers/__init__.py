"""Customers: search, profile, offers with reasons, opting out, test customers, and erasing."""
