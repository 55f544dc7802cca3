"""Folders and files on disk: runs, cached stages, snapshots, sample data, and writing that is whole or not there."""
