"""What the apps to the right must know of stores."""

from django.dispatch import Signal

# Sent with `store` inside the transaction that opened it and inside the store.
store_opened = Signal()
