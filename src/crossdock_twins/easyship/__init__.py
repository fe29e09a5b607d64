"""The Easyship twin: dashboard, token rules and API."""
