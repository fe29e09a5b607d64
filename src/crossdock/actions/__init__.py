"""Actions and the proxy: a call goes out with a live credential, and only where the account's grant allows it."""
