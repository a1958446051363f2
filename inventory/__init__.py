"""What is in stock, and how it came to be so."""
