"""A cache shared by every process through Redis; without it, each process keeps its own."""

import hashlib

from service.adapters.cache import Cache
from service.adapters.redis import Redis, RedisAway

# Before the version and a digest of the key. Another version of this service may write its values in another form.
KEY_PREFIX = "overture:cache:"
# What is cached is some tens of kilobytes; a megabyte takes the connection from everybody else for too long.
VALUE_MAX_BYTES = 1_000_000


class RedisCache:
    """`otherwise` is used while Redis is away. A deletion meanwhile does not reach Redis, where the entry lives out its
    time."""

    def __init__(self, redis: Redis, *, otherwise: Cache, version: str) -> None:
        self._redis = redis
        self._otherwise = otherwise
        self._version = version

    async def get(self, key: str) -> bytes | None:
        try:
            return await self._redis.get(self._place(key))
        except RedisAway:
            return await self._otherwise.get(key)

    async def put(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep a value; one over `VALUE_MAX_BYTES`, or with no time to live, only takes the old one out."""
        if ttl_seconds <= 0 or len(value) > VALUE_MAX_BYTES:
            await self.forget(key)
            return
        try:
            await self._redis.put(self._place(key), value, ttl_seconds=ttl_seconds)
        except RedisAway:
            await self._otherwise.put(key, value, ttl_seconds=ttl_seconds)

    async def forget(self, key: str) -> None:
        await self._otherwise.forget(key)
        try:
            await self._redis.delete(self._place(key))
        except RedisAway:
            return

    def _place(self, key: str) -> str:
        """A digest: as long as any other, and no key can be made to look like another's, nor shows whose it is."""
        return f"{KEY_PREFIX}{self._version}:{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"
