"""Lots: pieces of a product that expire together."""
