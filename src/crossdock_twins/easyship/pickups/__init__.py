"""Pickups: a courier comes for the parcels of one service."""
