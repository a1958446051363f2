"""Pages of integrations, and the address where carts call."""
