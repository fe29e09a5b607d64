"""The audit trail: who did what to what, append-only and chained by hashes."""
