"""Keys for programs that work for the shop: what each may do, who made it, when it was used last."""
