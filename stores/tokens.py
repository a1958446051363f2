"""How many calls a store's scripts may make: one leaky bucket per store, kept in Valkey."""

import functools
import logging
import time
from dataclasses import dataclass

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# Valkey that does not answer is not asked again for so long, so that it slows no further call.
PAUSE_SECONDS = 1.0

# Looks and takes in one step, by Valkey's own clock: two processes never take the same token.
_TAKE = """
local burst, refill = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local passed = math.max(0, now - (tonumber(kept[2]) or now))
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + passed * refill)
local taken = tokens >= 1
if taken then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(1000 * burst / refill) + 1000)
return {taken and 1 or 0, math.floor(tokens), math.ceil(1000 * math.max(0, 1 - tokens) / refill)}
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a call may go on, what is left, and when the next token is there."""

    granted: bool
    remaining: int
    wait_seconds: float


class _Pause:
    until = 0.0


def take(store_id: int) -> Taken:
    """Take one token of the store. While Valkey is away every call is let through."""
    if time.monotonic() >= _Pause.until:
        try:
            # Two hubs may share one Valkey, so the bucket carries the database's name.
            bucket = f"tokens:{settings.DATABASES['default']['NAME']}:{store_id}"
            script = _valkey(settings.REDIS_URL).register_script(_TAKE)
            granted, remaining, wait = script(
                keys=[bucket], args=[settings.API_BURST, settings.API_REFILL]
            )
            return Taken(bool(granted), int(remaining), wait / 1000)
        except (RedisError, OSError):
            _Pause.until = time.monotonic() + PAUSE_SECONDS
            logger.warning("valkey unreachable; calls are not counted")
    return Taken(granted=True, remaining=settings.API_BURST, wait_seconds=0.0)


@functools.cache
def _valkey(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
