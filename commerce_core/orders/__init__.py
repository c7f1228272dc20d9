"""Orders: what was bought, frozen, and how far along it is."""
