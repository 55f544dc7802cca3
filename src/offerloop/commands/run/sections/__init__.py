"""The sections of the page, one module each, in the order of the flow."""
