"""Cycle counts: looking whether what lies in the warehouse is what the books say."""
