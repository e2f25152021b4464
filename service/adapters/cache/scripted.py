"""A cache for tests: keeps everything until it is deleted, and can be slow or lose what it is given."""

from dataclasses import dataclass, field

import anyio


@dataclass
class ScriptedCache:
    """`values` and `ttls` are what was put last; `asked` the keys of each `get`, in order.

    `delay_seconds` passes before each answer (`math.inf`: hangs until it is cancelled); `is_forgetful` loses all puts.
    """

    values: dict[str, bytes] = field(default_factory=dict[str, bytes])
    ttls: dict[str, float] = field(default_factory=dict[str, float])
    asked: list[str] = field(default_factory=list[str])
    delay_seconds: float = 0.0
    is_forgetful: bool = False

    async def get(self, key: str) -> bytes | None:
        self.asked.append(key)
        await anyio.sleep(self.delay_seconds)
        return self.values.get(key)

    async def put(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        await anyio.sleep(self.delay_seconds)
        if not self.is_forgetful:
            self.values[key] = value
            self.ttls[key] = ttl_seconds

    async def forget(self, key: str) -> None:
        await anyio.sleep(self.delay_seconds)
        self.values.pop(key, None)
        self.ttls.pop(key, None)
