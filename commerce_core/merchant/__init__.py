"""Who sells: the shop's own settings, which its staff change."""
