"""Signed links into the dashboard, and into the apps that others embed."""
