"""Checks of what this process stands on, run side by side, each with its deadline."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import anyio
import structlog

from service.kernel.concurrency import Branch, Finished, gather_settled
from service.kernel.database import Database, Transaction
from service.kernel.database.server import write_nothing

# A probe's own patience is usually 1 to 5 s; a dependency that needs longer for nothing at all is not well.
CHECK_TIMEOUT_SECONDS = 1.0
# A few milliseconds of the server's, in each process.
WRITE_EVERY_SECONDS = 10.0

Health = Literal["ok", "degraded", "failing"]

_log = structlog.get_logger("overture.health")


@dataclass(frozen=True, slots=True)
class Check:
    """`call` returns when the dependency answered and raises when it did not."""

    name: str
    call: Callable[[], Awaitable[Any]]
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    is_ok: bool
    is_required: bool
    seconds: float


class DatabaseCheck:
    """Reads each time, and writes as well now and then: a server whose disk is full answers every read.

    After a write that failed every check writes, so that a server that recovered is found at once.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._write_due_at = 0.0

    async def __call__(self) -> None:
        await self._db.read(_read_nothing)
        if (now := anyio.current_time()) >= self._write_due_at:
            await self._db.run_system(write_nothing)
            self._write_due_at = now + WRITE_EVERY_SECONDS


async def _read_nothing(_tx: Transaction) -> None:
    """BEGIN and COMMIT are two round trips already: whoever answers them serves."""


async def run(checks: Sequence[Check]) -> dict[str, Checked]:
    """All of them at once. What a failing one said goes to the log: it may name hosts and accounts."""
    branches = [Branch(check.name, check.call, timeout_seconds=CHECK_TIMEOUT_SECONDS) for check in checks]
    await gather_settled(*branches)
    checked: dict[str, Checked] = {}
    for check, branch in zip(checks, branches, strict=True):
        is_ok = isinstance(branch.outcome, Finished)
        if not is_ok:
            _log.warning("a health check failed", check=check.name, outcome=repr(branch.outcome))
        checked[check.name] = Checked(is_ok, check.is_required, branch.seconds)
    return checked


def health_of(checked: Mapping[str, Checked]) -> Health:
    """A failing optional dependency degrades; a failing required one is a failure."""
    failing = [check for check in checked.values() if not check.is_ok]
    if any(check.is_required for check in failing):
        return "failing"
    return "degraded" if failing else "ok"
