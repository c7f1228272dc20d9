"""The people who run the shop: who they are, what they are here for, and how they prove it."""
