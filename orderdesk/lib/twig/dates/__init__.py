"""Dates as PHP reads, changes and writes them, over the whole range of 64-bit seconds."""
