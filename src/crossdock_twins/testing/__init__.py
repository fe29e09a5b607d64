"""The twins for the tests of those who use them: handles, and a pytest plugin."""
