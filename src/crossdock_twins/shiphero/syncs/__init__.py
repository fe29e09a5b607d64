"""Inventory syncs: a CSV file whose rows change stock one by one."""
