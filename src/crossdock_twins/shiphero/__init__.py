"""The ShipHero twin: developer users, tokens, the credit bucket and the GraphQL API."""
