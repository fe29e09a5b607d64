"""Webhooks of the ShipHero twin: who is told of what, how, and what happens when nobody listens."""
