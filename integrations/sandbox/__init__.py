"""The vendors' servers in small: real HTTP, strict about the protocol, able to fail on demand.

They serve the demo and the tests, import nothing of the hub, and call nobody but the webhook
addresses registered with them. They refuse what the real vendor only ignores, such as a filter
that does not exist, so that a client's mistake shows early.
"""

from integrations.sandbox.shopify import ShopifySandbox
from integrations.sandbox.unleashed import UnleashedSandbox

__all__ = ["ShopifySandbox", "UnleashedSandbox"]
