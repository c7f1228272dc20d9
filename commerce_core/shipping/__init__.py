"""Shipping: where the shop sends to, in which ways, and at what price."""
