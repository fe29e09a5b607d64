"""The pages: linking an account, and the dashboard. Server-rendered; each of them works without JavaScript."""
