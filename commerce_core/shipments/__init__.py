"""Shipments: what has left of an order, in which parcels, and whether it has arrived."""
