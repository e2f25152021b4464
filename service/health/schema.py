"""What the probes answer."""

from typing import Literal

import msgspec

from service.health.checks import Health


class Root(msgspec.Struct, frozen=True):
    """Which service this is."""

    name: str
    version: str
    docs: str


class CheckReport(msgspec.Struct, frozen=True):
    status: Literal["ok", "failing"]
    latency_ms: float


class HealthReport(msgspec.Struct, frozen=True):
    """`failing`: the database does not answer (503). `degraded`: something optional does not."""

    status: Health
    version: str
    backend: Literal["asyncio", "trio"]
    checks: dict[str, CheckReport]


class Live(msgspec.Struct, frozen=True):
    status: Literal["ok"]


class Ready(msgspec.Struct, frozen=True):
    status: Literal["ready", "starting", "draining", "no-database"]


class Startup(msgspec.Struct, frozen=True):
    status: Literal["started", "starting"]


class Pool(msgspec.Struct, frozen=True):
    """The database connections of this process."""

    size: int
    checked_out: int
    overflow: int
    checked_in: int
    waiting: int


class LiveTask(msgspec.Struct, frozen=True):
    """One live piece of work and what it started. `deadline_in_seconds` is null where there is no deadline."""

    kind: str
    name: str
    state: str
    age_seconds: float
    deadline_in_seconds: float | None
    children: "list[LiveTask]"


class LiveTasks(msgspec.Struct, frozen=True):
    tasks: list[LiveTask]
