"""What of an order can be asked for: the one definition rules and order lists share.

Everything here is pure but `sql`, which asks the database the same questions.
"""
