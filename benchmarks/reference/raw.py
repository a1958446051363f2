"""The limit: signature, one durable row, answer. No framework, no tenants, no interpretation."""

import base64
import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable
from typing import Any

from psycopg_pool import AsyncConnectionPool

SIGNED_WITH = os.environ["BENCH_SIGNED_WITH"].encode()
KEEP = """
INSERT INTO raw_delivery (store_id, delivery_id, body) VALUES (1, %s, %b)
ON CONFLICT DO NOTHING
"""

Message = dict[str, Any]
_pool: AsyncConnectionPool | None = None


async def _open_pool() -> AsyncConnectionPool:
    global _pool  # noqa: PLW0603 - one per process, made inside its event loop
    if _pool is None:
        _pool = AsyncConnectionPool(
            os.environ["BENCH_DATABASE"],
            min_size=4,
            max_size=4,
            open=False,
            kwargs={"autocommit": True, "prepare_threshold": 1},
        )
        await _pool.open()
    return _pool


async def application(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Keep what is rightly signed."""
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = dict(scope["headers"])
    digest = base64.b64encode(hmac.new(SIGNED_WITH, body, hashlib.sha256).digest())
    status = 401
    if hmac.compare_digest(digest, headers.get(b"x-shopify-hmac-sha256", b"")):
        pool = await _open_pool()
        async with pool.connection() as connection:
            await connection.execute(KEEP, [headers[b"x-shopify-webhook-id"].decode(), body])
        status = 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})
