"""What people fill in on the order pages: one module per screen."""
