"""The service over HTTP. Only `cli.py` is imported from outside; the rest needs the extra `serve`."""
