"""Goods on their way in: trucks with purchase orders on them, and the plans of a 3PL's customers."""
