"""Shopify: orders in by signed webhooks and by asking, tracking out to the shop.

API: https://shopify.dev/docs/api, Admin API 2026-07, read in 2026. What changes the shop goes by
GraphQL. Orders are read by REST, as webhooks carry that shape too; fulfilment orders as well, as
GraphQL's price for one query limits how many lines of an order it would show at once.

Known limits:
- The app needs the scopes read_orders, read_merchant_managed_fulfillment_orders and
  write_merchant_managed_fulfillment_orders; orders older than 60 days also read_all_orders.
- Quantities and totals are those of now, after edits, returns and refunds; how many were ordered is
  told in the item's metadata. A line of which nothing is left stays, with 0 pieces, and is not
  shipped. What was given back beyond removed lines is told as a discount, "Refunded".
- Where prices include tax, the tax is told in the metadata and `tax_total` is 0, so that the parts
  of an order add up to its total.
- A parcel without a tracking number is known again by its contents only.
"""
