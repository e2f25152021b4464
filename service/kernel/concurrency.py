"""Branches of one piece of work, and how many pieces run at once.

`gather_settled` runs branches side by side, and a failure stays with its branch; with `gather_all` the first failure
stops the rest. Either way everything started has ended when the call returns, and cancelling the caller cancels every
branch.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Hashable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import anyio

from service.kernel.errors import Kind, Overloaded, ServiceError
from service.kernel.telemetry import track

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finished(Generic[T]):
    value: T
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    error: Exception
    seconds: float


@dataclass(frozen=True, slots=True)
class TimedOut:
    after_seconds: float


@dataclass(frozen=True, slots=True)
class BranchEvent:
    """What a listener receives while branches run; `ms` is the time since the branch began."""

    branch: str
    state: Literal["started", "finished", "failed", "skipped"]
    ms: int = 0


Report = Callable[[BranchEvent], None]


def ignore_event(_event: BranchEvent) -> None:
    """The default listener."""


class Branch(Generic[T]):
    """One named call with a limit of its own; after `gather_settled` or `gather_all` its `outcome` says how it went."""

    def __init__(self, name: str, call: Callable[[], Awaitable[T]], *, timeout_seconds: float) -> None:
        self.name = name
        self.call = call
        self.timeout_seconds = timeout_seconds
        self.outcome: Finished[T] | Failed | TimedOut | None = None

    @property
    def seconds(self) -> float:
        match self.outcome:
            case Finished(seconds=seconds) | Failed(seconds=seconds) | TimedOut(after_seconds=seconds):
                return seconds
            case None:
                return 0.0


async def gather_settled(*branches: Branch[Any], report: Report = ignore_event) -> None:
    """Run the branches; a late or failing one keeps its outcome to itself."""
    async with anyio.create_task_group() as group:
        for branch in branches:
            group.start_soon(_run_one, branch, report)


async def gather_all(*branches: Branch[Any], report: Report = ignore_event) -> None:
    """Run the branches; the first that fails or is late stops the others, and its error is raised as it was."""
    first: list[Exception] = []

    async def run(branch: Branch[Any]) -> None:
        await _run_one(branch, report)
        match branch.outcome:
            case Failed(error=error):
                first.append(error)
                group.cancel_scope.cancel()
            case TimedOut(after_seconds=seconds):
                first.append(TimeoutError(f"{branch.name} took longer than {seconds:g} s"))
                group.cancel_scope.cancel()
            case _:
                pass

    async with anyio.create_task_group() as group:
        for branch in branches:
            group.start_soon(run, branch)
    if first:
        raise first[0]


async def _run_one(branch: Branch[Any], report: Report) -> None:
    started = anyio.current_time()
    report(BranchEvent(branch.name, "started"))
    with anyio.move_on_after(branch.timeout_seconds) as limit, track("branch", branch.name):
        try:
            value = await branch.call()
            branch.outcome = Finished(value, anyio.current_time() - started)
        except Exception as error:  # the one place where a sibling's failure becomes a value
            branch.outcome = Failed(error, anyio.current_time() - started)
    if branch.outcome is None and limit.cancelled_caught:
        branch.outcome = TimedOut(branch.timeout_seconds)
    state = "finished" if isinstance(branch.outcome, Finished) else "failed"
    report(BranchEvent(branch.name, state, round(branch.seconds * 1000)))


class TooManyInFlight(ServiceError):
    """One caller has as much running as one caller may have."""

    kind, slug, title = Kind.RATE, "too-many-in-flight", "Too many requests in flight"


class Admission:
    """At most `running` pieces of work at once and at most `waiting` in front of them; the next is refused at once."""

    # A caller told "over capacity" comes back after the time a typical generation takes.
    RETRY_AFTER_SECONDS = 5

    def __init__(self, *, running: int, waiting: int) -> None:
        self._limiter = anyio.CapacityLimiter(running)
        self._waiting_max = waiting

    @property
    def running(self) -> int:
        return int(self._limiter.borrowed_tokens)

    @property
    def waiting(self) -> int:
        return self._limiter.statistics().tasks_waiting

    @asynccontextmanager
    async def admit(self) -> AsyncGenerator[None]:
        """Hold one place; waits for it within the caller's deadline. Raises `Overloaded` when the queue is full."""
        if self._limiter.available_tokens < 1 and self.waiting >= self._waiting_max:
            raise Overloaded(
                "More requests are in flight than this process serves; try again shortly.",
                retry_after_seconds=self.RETRY_AFTER_SECONDS,
            )
        async with self._limiter:
            yield


class Shares:
    """At most `each` pieces of work at once for one key; the next is refused at once."""

    def __init__(self, *, each: int) -> None:
        self._each = each
        self._running: Counter[Hashable] = Counter()

    @contextmanager
    def take(self, key: Hashable) -> Generator[None]:
        if self._running[key] >= self._each:
            raise TooManyInFlight(f"{self._each} requests of this user are in flight already.", retry_after_seconds=1)
        self._running[key] += 1
        try:
            yield
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]
