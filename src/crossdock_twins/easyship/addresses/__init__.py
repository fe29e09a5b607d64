"""The addresses that a company has saved, and checks of any address."""
