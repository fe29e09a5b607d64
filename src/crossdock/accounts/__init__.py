"""Linked accounts: what they are, how they fare, and the one transaction that makes or changes them."""
