"""The public HTTP API: one module per resource, each with its shapes and its calls."""
