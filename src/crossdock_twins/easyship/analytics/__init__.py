"""Analytics: the company's shipments counted by day, status, courier, destination and sales channel."""
