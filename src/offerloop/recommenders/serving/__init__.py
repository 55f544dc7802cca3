"""What is shown to customers: the best products under business rules, similar products, reasons, and fast indexes."""
