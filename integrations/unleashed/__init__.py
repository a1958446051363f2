"""Unleashed: orders out to the warehouse, its shipments and stock counts in.

API: https://apidocs.unleashedsoftware.com/ (version 1, JSON), read in 2026.

Known limits:
- Shipping charges, discounts on the whole order and taxes of the cart are not sent: Unleashed gets
  what its line fields hold, `LineTax` 0.00 unless an item says otherwise.
- Items that are not shipped (downloads, gift cards) and lines with 0 pieces are left out.
- With tracking "To Unleashed" the numbers go into the order's comments; a sales order has no field
  for them.
- Stock is asked for what changed since the last run; a product that never moved is not listed.
"""
