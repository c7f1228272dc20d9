"""JSON for shops."""
