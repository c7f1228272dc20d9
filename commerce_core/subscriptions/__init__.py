"""Webhooks out: who wants to hear of what has happened here, and telling them until they have heard."""
