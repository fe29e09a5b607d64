"""Stock: what lies where, what moved it, and the files that tell of it."""
