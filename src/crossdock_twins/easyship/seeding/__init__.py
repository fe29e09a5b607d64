"""A year of a large shop, quick to fill in and small to keep."""
