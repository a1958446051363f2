"""Peers: an endpoint with nothing around it, and a hub as one would write it in a day.

The day's hub is an honest one: the ORM row by row, one Celery task for each step, retries on, the
middleware that `startproject` gives. It sends and pulls as ours does; it just promises less.
"""
