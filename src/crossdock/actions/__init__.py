"""Running actions and passing requests through, with a linked account's live credential and within its grant."""
