"""The pages of orders: one module per screen."""
