"""Snapshots: the stock of an account at one moment, as a file to download."""
