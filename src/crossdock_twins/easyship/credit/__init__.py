"""A company's balance, and everything that changes it."""
