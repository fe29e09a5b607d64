"""Agents' way in: the Model Context Protocol, over the same actions as everybody else's."""
