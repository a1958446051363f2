"""Every system we exchange orders, shipments and stock with."""
