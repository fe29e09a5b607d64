"""Apps that people let in: MCP clients that come by OAuth, what each was allowed, and the tokens of that."""
