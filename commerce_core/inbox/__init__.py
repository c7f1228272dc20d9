"""What providers told us: stored by event id before anything is believed, applied exactly once."""
