"""What operators and the shop itself have changed: read, sealed into a chain, proved, and one day forgotten."""
