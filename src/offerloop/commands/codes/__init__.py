"""Coupon codes that nobody can guess."""
