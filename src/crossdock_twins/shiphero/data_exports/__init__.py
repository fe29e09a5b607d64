"""Data exports: an account's tables as files, whole once a day and what has changed every six hours."""
