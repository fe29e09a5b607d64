"""The caller, the accounts and the people in them."""
