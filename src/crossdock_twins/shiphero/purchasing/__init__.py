"""Buying: vendors, purchase orders, and the goods that come for them."""
