"""What both twins stand on: a clock to turn, one SQLite file, faults, a journal, pages and the control API."""
