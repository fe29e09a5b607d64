"""The platform API: connect sessions, accounts, connectors, actions and the proxy, as its official clients know it."""
