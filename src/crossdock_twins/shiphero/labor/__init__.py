"""Labour: who picked and packed what, and how fast."""
