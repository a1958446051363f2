"""What the pages of orders show, read in as few queries as can be."""
