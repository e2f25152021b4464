"""Token buckets shared by every process through Redis; without it, by each process for itself."""

import hashlib
import math

from service.adapters.rate_limits import TOLERATED_TOKENS, Rate, RateLimiter, Taken, taken
from service.adapters.redis import Redis, RedisAway

# Before the kind of the bucket and a digest of whose it is: no id and no address of anybody stands in Redis.
KEY_PREFIX = "overture:rate:"

# By Redis' own clock, in microseconds, so that clocks of its callers need not agree. A bucket is kept until it is full.
# One whose time lies further ahead than its window was written before the clock was set back: it counts as empty.
# KEYS[1] the bucket; ARGV: what one token takes to come, the window, and how much less than a token will do.
# Returns whether there was a token, and what is missing afterwards.
SCRIPT = """
local token, window, tolerated = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local missing = (tonumber(redis.call('GET', KEYS[1]) or '0') or 0) - now
missing = math.min(math.max(missing, 0), window)
local after = missing + token
if after > window + tolerated then
    return {0, math.ceil(missing)}
end
redis.call('SET', KEYS[1], string.format('%.0f', now + after), 'PX', math.ceil(after / 1000))
return {1, math.ceil(after)}
"""


class RedisRateLimiter:
    """`otherwise` decides while Redis is unreachable. It has its own buckets: at most a quota more for each process."""

    def __init__(self, redis: Redis, *, otherwise: RateLimiter) -> None:
        self._redis = redis
        self._otherwise = otherwise

    async def take(self, key: str, rate: Rate) -> Taken:
        token_us = rate.token_seconds * 1_000_000
        arguments = (token_us, rate.window_seconds * 1_000_000, TOLERATED_TOKENS * token_us)
        try:
            is_allowed, missing_us = await self._redis.run_script(
                SCRIPT, key=bucket_key(key, rate), arguments=[math.ceil(argument) for argument in arguments]
            )
        except RedisAway:
            return await self._otherwise.take(key, rate)
        return taken(missing_us / 1_000_000, rate, is_allowed=bool(is_allowed))


def bucket_key(key: str, rate: Rate) -> str:
    return f"{KEY_PREFIX}{rate.name}:{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"
