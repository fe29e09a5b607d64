"""What a 3PL charges its customers, and what the fulfilment network charges a merchant."""
