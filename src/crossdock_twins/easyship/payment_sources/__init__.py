"""The cards and bank accounts that a company pays with."""
