"""Shipping rules: conditions on shipments, and what is done with those that meet them."""
