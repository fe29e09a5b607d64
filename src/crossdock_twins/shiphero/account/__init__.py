"""The caller, the account with its warehouses and customers, and the people who work in it."""
