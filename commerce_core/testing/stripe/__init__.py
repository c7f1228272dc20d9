"""A Stripe of one's own: the part of its API that a shop uses, with its rules, in memory. See `stripe_server`."""
