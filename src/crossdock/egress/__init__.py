"""The only way out: requests as values, one client, and the guard that decides which addresses may be reached."""
