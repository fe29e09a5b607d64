"""The words that a company marks its shipments with."""
