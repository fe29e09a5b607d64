"""GraphQL documents of actions: what they take, what they give, what they cost, and how a caller widens them."""
