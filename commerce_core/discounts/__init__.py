"""Discounts: what makes a cart cheaper, by a code or by itself."""
