"""What a warehouse that ships for a company tells Easyship."""
