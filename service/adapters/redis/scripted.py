"""A Redis for tests: keeps what it is given until it is deleted, and can be unreachable, slow or refuse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import anyio

from service.adapters.redis import RedisAway


@dataclass
class ScriptedRedis:
    """`values` and `ttls` are what was put last; `answer` answers scripts, by key and arguments.

    `delay_seconds` passes before each answer (`math.inf`: hangs until it is cancelled).
    """

    values: dict[str, bytes] = field(default_factory=dict[str, bytes])
    ttls: dict[str, float] = field(default_factory=dict[str, float])
    answer: Callable[[str, Sequence[float]], list[int]] = lambda _key, _arguments: [1, 0]
    is_up: bool = True
    delay_seconds: float = 0.0

    async def ping(self) -> None:
        await self._reach()

    async def probe(self) -> None:
        await self._reach()

    async def get(self, key: str) -> bytes | None:
        await self._reach()
        return self.values.get(key)

    async def put(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        await self._reach()
        self.values[key] = value
        self.ttls[key] = ttl_seconds

    async def delete(self, key: str) -> None:
        await self._reach()
        self.values.pop(key, None)
        self.ttls.pop(key, None)

    async def run_script(self, script: str, *, key: str, arguments: Sequence[float]) -> list[int]:
        await self._reach()
        return self.answer(key, arguments)

    async def _reach(self) -> None:
        await anyio.sleep(self.delay_seconds)
        if not self.is_up:
            raise RedisAway("Redis is scripted to be unreachable.")
