"""Stores full of believable orders, the same for the same seed, as many as one asks for."""
