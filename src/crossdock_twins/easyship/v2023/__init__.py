"""The API of 2023-01 as far as its clients need it: other names for what 2024-09 does."""
