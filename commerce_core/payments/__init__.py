"""Payments: what a provider was asked for, what it said, and what the shop believes."""
