"""Short-lived copies of what is dear to compute. A cache may forget anything at any time; nothing relies on it."""

from typing import Protocol


class Cache(Protocol):
    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, *, ttl_seconds: float) -> None: ...

    async def forget(self, key: str) -> None: ...
