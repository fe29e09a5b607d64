"""Batches: many addresses, shipments or labels in one call, worked off one after the other."""
