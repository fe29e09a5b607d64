"""What everything stands on: clock, errors, ids, paging and secrets. Standard library only, no I/O."""
