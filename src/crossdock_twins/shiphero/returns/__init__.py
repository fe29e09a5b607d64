"""Returns: what customers send back, the labels for it, and what they get in exchange."""
