"""Trackings: parcels that were labelled elsewhere and are followed here."""
