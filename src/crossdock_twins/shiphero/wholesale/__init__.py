"""Wholesale orders: picked to a staging location, packed into boxes or onto pallets, and sent as a whole."""
