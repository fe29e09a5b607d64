"""Connectors as files: what a provider is, how it is linked, probed and called. Values only, no I/O."""
