"""The dashboard's pages of connectors and their profiles."""
