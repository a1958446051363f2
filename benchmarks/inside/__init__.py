"""What is measured inside the hub's own code; run as `python -m benchmarks.inside NAME`."""
