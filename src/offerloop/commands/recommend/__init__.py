"""The products that customers would like."""
