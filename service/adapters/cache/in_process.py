"""A cache in the memory of this process: least recently used first out, bounded in entries and in bytes."""

from collections import OrderedDict
from typing import NamedTuple

import anyio

ENTRIES_MAX = 2_000
# Keys and values; a job context is some 30 kB, so this holds a thousand without weighing on a small container.
BYTES_MAX = 32_000_000


class _Entry(NamedTuple):
    value: bytes
    expires_at: float  # anyio.current_time()
    weight_bytes: int


class InProcessCache:
    """Nothing here awaits, so no task sees a half-done change. An expired entry goes when it is asked for, or when
    the bounds push it out."""

    def __init__(self, *, entries_max: int = ENTRIES_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._entries_max = entries_max
        self._bytes_max = bytes_max
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    @property
    def entries(self) -> int:
        return len(self._entries)

    @property
    def bytes_held(self) -> int:
        return self._bytes

    async def get(self, key: str) -> bytes | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expires_at <= anyio.current_time():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry.value

    async def put(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        """Keep a value; one too large for the whole cache, or with no time to live, only takes the old one out."""
        self._drop(key)
        weight_bytes = len(key.encode("utf-8", "surrogatepass")) + len(value)
        if ttl_seconds <= 0 or weight_bytes > self._bytes_max:
            return
        self._entries[key] = _Entry(value, anyio.current_time() + ttl_seconds, weight_bytes)
        self._bytes += weight_bytes
        while len(self._entries) > self._entries_max or self._bytes > self._bytes_max:
            self._drop(next(iter(self._entries)))

    async def forget(self, key: str) -> None:
        self._drop(key)

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.weight_bytes
