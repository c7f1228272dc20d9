"""Stock: a ledger of movements, reservations with an end, and counters that can never promise too much."""
