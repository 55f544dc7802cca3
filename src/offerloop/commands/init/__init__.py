"""Start a shop's folder: a commented configuration from the shop's own files, or for a sample."""
