"""The HTTP API, one module for each resource: its routes, and the models of requests and answers."""
