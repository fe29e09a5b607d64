"""Totes: what was picked for orders and is not shipped yet."""
