"""The dashboard's pages of calls: the logs and the request tester."""
