"""Import tax and duty of goods that are not being shipped yet."""
