"""The dashboard's pages of accounts."""
