"""Pictures: how they come in, what is looked at before anybody sees them, and where they are kept."""
