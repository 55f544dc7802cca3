"""Campaigns: written by one person, approved by another, started, paused and ended."""
