"""Linking an account: connect sessions, attempts, the visible test, the confirmation, and OAuth."""
