"""The pages on which a person links an account."""
