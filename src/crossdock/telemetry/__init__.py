"""What the house says about itself: log lines without secrets, and metrics."""
