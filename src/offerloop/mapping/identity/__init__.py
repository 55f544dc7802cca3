"""Which columns identify customers and products, which ids stand for nobody, and which rows are lines of orders."""
