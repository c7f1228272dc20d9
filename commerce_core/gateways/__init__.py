"""Driven adapters to the outside: one module per provider, each imported only by who chose it."""
