"""Figures against the best that can be done by hand and against peers, measured in one run.

`python -m benchmarks [p1 p3 p15] [--quick]`. Absolute numbers say little about another machine, so
every gate is a ratio between things measured side by side, round by round. A round whose outcome is
wrong (a message lost, an order sent twice) fails the scenario, however fast it was.
"""
