"""Redis, where one is configured: the cache and the rate limits that the processes of a deployment share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec

from service.adapters.cache import Cache
from service.adapters.cache.in_process import InProcessCache
from service.adapters.rate_limits import RateLimiter
from service.adapters.rate_limits.in_process import InProcessRateLimiter
from service.adapters.redis import Redis
from service.settings import BadSettings, Settings, installed_version


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheAndLimits:
    """Shared by the processes of a deployment over Redis; where there is none, each process has its own in memory."""

    cache: Cache
    rate_limiter: RateLimiter
    redis: Redis | None
    keep_redis: Callable[[], Awaitable[None]] | None  # what the background has to run for it


def open_cache_and_limits(settings: Settings) -> CacheAndLimits:
    """Cache and rate limits, over Redis where one is configured. Raises `BadSettings` where the extra is missing.

    The background connects (`keep_redis`): nothing waits for a Redis that is not there.
    """
    cache, limiter = InProcessCache(), InProcessRateLimiter()
    if settings.redis_url is None:
        return CacheAndLimits(cache=cache, rate_limiter=limiter, redis=None, keep_redis=None)
    if find_spec("coredis") is None:
        raise BadSettings(
            ["REDIS_URL: set, and the extra `redis` is not installed (overture[redis]); install or unset."]
        )
    from service.adapters.cache.redis import RedisCache  # noqa: PLC0415
    from service.adapters.rate_limits.redis import RedisRateLimiter  # noqa: PLC0415
    from service.adapters.redis.connection import RedisConnection  # noqa: PLC0415  (coredis)

    redis = RedisConnection(settings.redis_url)
    return CacheAndLimits(
        cache=RedisCache(redis, otherwise=cache, version=installed_version()),
        rate_limiter=RedisRateLimiter(redis, otherwise=limiter),
        redis=redis,
        keep_redis=redis.keep,
    )
