"""Courier accounts, Easyship's own and linked ones, and the services that they open."""
