"""A cache that is a help, never a need."""

import functools
import logging
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)


def _forgiving(verb: str, *, answer: Any) -> Callable[..., Any]:
    @functools.wraps(getattr(RedisCache, verb))
    def method(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, verb)(self, *args, **kwargs)
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
            logger.warning("cache unreachable")
            return kwargs.get("default") if verb == "get" else answer

    return method


class ForgivingRedisCache(RedisCache):
    """Answers "not here" while Valkey is away; nothing that must be kept is kept in it."""

    get = _forgiving("get", answer=None)
    set = _forgiving("set", answer=None)
    add = _forgiving("add", answer=True)
    delete = _forgiving("delete", answer=False)
    touch = _forgiving("touch", answer=False)
    get_many = _forgiving("get_many", answer={})
    set_many = _forgiving("set_many", answer=[])
    delete_many = _forgiving("delete_many", answer=None)
