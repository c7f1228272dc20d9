"""How fast the shop is, measured side by side with what its parts can do at best. `python -m benchmarks`."""
