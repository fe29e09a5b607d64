"""A company's images: its logo, and advertisements for tracking pages and e-mails."""
