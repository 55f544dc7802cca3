"""What offers do to the prices of a basket: one module per way of taking something off, on the protocol in `base`."""
