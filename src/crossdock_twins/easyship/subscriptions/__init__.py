"""Plans: what a company may use, and how often."""
