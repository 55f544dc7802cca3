"""The console: pages for people, rendered on the server, each with its figures as JSON and its tables as CSV.

A folder for each noun holds `view.py`, which gathers what a page shows as typed blocks; `rendering` turns the blocks of
any page into HTML, JSON or CSV, so that the three cannot differ.
"""
