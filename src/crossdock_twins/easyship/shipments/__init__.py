"""Shipments, from draft to delivery."""
