"""Which columns of order lines are prices, totals and discounts, before and after them."""
