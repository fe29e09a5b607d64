"""The boxes of couriers, and those that a company has saved."""
