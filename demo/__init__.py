"""A drawn shop: a small catalog, a short film in which its goods are worn and held, and the exact truth about it."""
