"""The pages: linking an account, and the dashboard behind a sign-in. Server-rendered; every page works without JavaScript."""
