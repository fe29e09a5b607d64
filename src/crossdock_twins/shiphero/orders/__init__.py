"""Orders: what is ordered, held, allocated and told of them."""
