"""Shipments: what left for whom, under which labels, and how far it has come."""
