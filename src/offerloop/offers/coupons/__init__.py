"""The rules of a coupon's life, without a clock or a database: its code, the book that it stands in, its events."""
