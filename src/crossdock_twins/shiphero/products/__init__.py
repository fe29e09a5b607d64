"""Products and the stock records that hang below them."""
