"""A cache that is a help, never a need."""

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

logger = logging.getLogger(__name__)

# A server that does not answer is not asked again for so long, so that it slows no further page.
PAUSE_SECONDS = 1.0

# When each server may be asked again; all threads share it, though each has a cache of its own.
_silent_until: dict[str, float] = {}


def _forgiving(verb: str, answer: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a verb of the client; `answer` makes what an empty cache would say to its arguments."""
    ask = getattr(RedisCacheClient, verb)

    def method(self: "ForgivingClient", *args: Any) -> Any:
        if time.monotonic() >= _silent_until.get(self.server, 0.0):
            try:
                return ask(self, *args)
            except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
                _silent_until[self.server] = time.monotonic() + PAUSE_SECONDS
                logger.warning("cache unreachable")
        return answer(*args)

    return method


def _no_number(key: str, _delta: int) -> int:
    raise ValueError(f"Key '{key}' not found.")


class ForgivingClient(RedisCacheClient):
    """Answers as an empty cache while its server is away."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self.server = servers[0]

    # Down here every argument comes by position with its default filled in, however it was given.
    get = _forgiving("get", lambda _key, default: default)
    get_many = _forgiving("get_many", lambda _keys: {})
    has_key = _forgiving("has_key", lambda _key: False)
    add = _forgiving("add", lambda *_: True)
    set = _forgiving("set", lambda *_: None)
    set_many = _forgiving("set_many", lambda *_: None)
    touch = _forgiving("touch", lambda *_: False)
    incr = _forgiving("incr", _no_number)
    delete = _forgiving("delete", lambda _key: False)
    delete_many = _forgiving("delete_many", lambda _keys: None)


class ForgivingRedisCache(RedisCache):
    """A cache on Valkey that is empty while Valkey is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
