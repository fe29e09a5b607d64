"""The life of a credential: leased to callers, refreshed ahead of its end, proven before it replaces the old."""
