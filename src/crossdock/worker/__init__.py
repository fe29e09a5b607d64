"""What runs without anybody asking: jobs, and sweeps that look for what is due."""
