"""The shops that a company has connected."""
