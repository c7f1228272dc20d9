"""The worker: wakes when something was written for it, and keeps the shop's clockwork."""
