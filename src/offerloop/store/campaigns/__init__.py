"""Campaigns that people write in the service: where each stands, and all its revisions."""
