"""Crossdock: links shipping and fulfilment accounts, keeps their credentials alive, and lets calls pass."""

__version__ = "0.1.0"
