"""How a company's tracking pages and e-mails look, and the images on them."""
