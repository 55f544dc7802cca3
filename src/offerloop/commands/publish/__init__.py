"""Assignments of a run, carried to where the configuration says."""
