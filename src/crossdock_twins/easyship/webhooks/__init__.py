"""Webhooks of the Easyship twin: who is told of what, how, and what happens when nobody listens."""
