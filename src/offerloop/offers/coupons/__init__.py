"""The rules of a coupon's life, without a clock or a database: its codes, the book that it stands in, what may happen to it."""
