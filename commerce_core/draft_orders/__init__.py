"""Orders that staff builds for a buyer, as on the telephone."""
