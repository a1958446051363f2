"""When this happens to an order, do that."""
