"""What was sold, and what happened to it since."""
