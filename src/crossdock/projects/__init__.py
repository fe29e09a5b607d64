"""Who owns what: projects, their API keys, the people who sign in, and what each of them may do."""
