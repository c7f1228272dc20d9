"""The last steps of buying: place the order, have it paid, or let it go."""
