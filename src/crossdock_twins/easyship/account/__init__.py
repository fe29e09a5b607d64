"""The company behind a token: what the API shows of it."""
