"""Locations: where pieces lie, what lies in them, and the plates that they stand on."""
