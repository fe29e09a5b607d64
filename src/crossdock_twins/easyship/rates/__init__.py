"""Rates: which couriers carry a consignment, for how much, in how many days."""
