"""Coupon codes that are hard to guess and to mistype."""
