"""Shipped to users: what a shop needs to be tested without the world outside."""
