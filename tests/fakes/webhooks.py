"""How a provider's fake delivers its events: as often and in whatever order it likes."""

import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio
import httpx

Deliver = Callable[[dict[str, Any]], Awaitable[httpx.Response]]


async def post(url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        return await client.post(url, content=body, headers={"content-type": "application/json", **headers})


async def deliver_often(
    deliver: Deliver, events: Sequence[dict[str, Any]], *, times: int, seed: int, at_once: int = 4
) -> list[int]:
    """Every event so many times, in random order, a few at a time; the status codes."""
    pending = [event for event in events for _ in range(times)]
    random.Random(seed).shuffle(pending)
    statuses: list[int] = []

    async def carry() -> None:
        while pending:
            statuses.append((await deliver(pending.pop())).status_code)

    async with anyio.create_task_group() as group:
        for _ in range(at_once):
            group.start_soon(carry)
    return statuses
