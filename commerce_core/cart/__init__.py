"""Carts: what somebody is about to buy, its stock held while they decide."""
