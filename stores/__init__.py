"""Who works here, whose data it is, and the durable work done for them."""
