"""Programs that act for a person: OAuth grants that end soon, show only what was asked for, and can be taken back."""
