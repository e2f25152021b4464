"""Redis, where there is one: a memory that several processes share, and that none of them needs.

The room holds the connection; what is kept there is said in `adapters.cache.redis` and `adapters.rate_limits.redis`,
each of which has something of this process to fall back on.
"""

from collections.abc import Sequence
from typing import Protocol

from service.kernel.errors import Unavailable


class RedisAway(Unavailable):
    """Redis is not there, does not answer in time, or refuses; callers do without."""

    slug, title = "redis-away", "Redis does not answer"


class Redis(Protocol):
    """Every call answers within a tenth of a second or raises `RedisAway`; while Redis is unreachable, at once.

    A cancelled call may or may not have been carried out.
    """

    @property
    def is_up(self) -> bool: ...

    async def ping(self) -> None: ...

    async def probe(self) -> None:
        """Connect, ask, and leave again: for who keeps no connection. Raises `RedisAway`, with the cause."""
        ...

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl_seconds: float) -> None: ...

    async def delete(self, key: str) -> None: ...

    async def run_script(self, script: str, *, key: str, arguments: Sequence[float]) -> list[int]:
        """Run a Lua script on one key, as one step; its answer is a list of whole numbers."""
        ...
