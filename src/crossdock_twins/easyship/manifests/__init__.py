"""Manifests: the list that a courier signs when it takes a day's parcels."""
