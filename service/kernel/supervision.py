"""One root per process: what runs in it, what ends it, and in which order it comes down.

    starting   resources open; a signal now cancels the start
    serving    the server and the background tasks run
    draining   a signal came, or a root task crashed: readiness says no, new requests are refused, those in flight
               finish within `drain_seconds`; then their scopes are cancelled and get 5 s for their clean-up, or 16 s
               where a silent database makes each step of it take its whole limit; then the server ends, then the
               background tasks, then the resources close; a watchdog stands behind all of it

The steps are ours and not Hypercorn's: it ignores its `graceful_timeout` on Python 3.12.1 and later, and its native
cancellation pierces AnyIO's shields, so nothing may be left for it to cancel.
"""

import faulthandler
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import anyio
import structlog
from anyio.abc import TaskGroup, TaskStatus

from service.kernel.in_flight import InFlight, ShuttingDown
from service.kernel.telemetry import TaskTree

log = structlog.get_logger(__name__)

# What is promised to a cancelled request: it voids its hold and frees its key, which takes milliseconds.
CLEAN_UP_SECONDS = 5.0
# What the shields of one request may take one after the other when the database is silent: reading back whether it was
# committed, undoing, and freeing the idempotency key, 5 s each. The server may not end before: it would cut them.
UNDO_SECONDS = 16.0
# After the drain the server has only idle connections to close; Hypercorn's own grace is 3 s.
SERVER_END_SECONDS = 4.0
# The pool, the parser's workers, and the embedded PostgreSQL, whose leave takes 15 s at most.
CLOSE_SECONDS = 20.0
# Failures of a sweeper are spaced out up to this many times its period, so that a dead database is not hammered.
BACKOFF_PERIODS_MAX = 8


class Phase(StrEnum):
    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class Periodic:
    """A sweeper: runs again `every_seconds` after it ended; its failures are logged and spaced out, never fatal."""

    name: str
    run: Callable[[], Awaitable[Any]]
    every_seconds: float
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Lasting:
    """A task as old as the process; its crash stops the process, and so does its end, which is no less a mistake."""

    name: str
    run: Callable[[], Awaitable[Any]]


BackgroundTask = Periodic | Lasting


class Watchdog(Protocol):
    def arm(self, seconds: float) -> None: ...

    def disarm(self) -> None: ...


class HardExit:
    """Ends the process with code 1 and every thread's stack on standard error when the time is up.

    The timer lives in C, outside the interpreter's lock: a blocked event loop, which no timer of that loop could
    interrupt, does not hold it up.
    """

    def arm(self, seconds: float) -> None:
        faulthandler.dump_traceback_later(seconds, exit=True)

    def disarm(self) -> None:
        faulthandler.cancel_dump_traceback_later()


Server = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]


class Root:
    """The root of one process. `run` owns the signals, `serve` the server and the background tasks inside of it."""

    def __init__(self, *, drain_seconds: float, tree: TaskTree, watchdog: Watchdog | None = None) -> None:
        self.phase = Phase.STARTING
        self.in_flight = InFlight()
        self.crash: Exception | None = None
        self._drain_seconds = drain_seconds
        self._tree = tree
        self._watchdog = watchdog or HardExit()
        self._stopping = anyio.Event()
        self._drained = anyio.Event()
        self._patience = anyio.CancelScope()
        self._process = anyio.CancelScope()
        self._background: TaskGroup | None = None
        self._context = Context()
        self._server_error: Exception | None = None

    async def run(
        self,
        process: Callable[[], Awaitable[None]],
        *,
        signals: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGINT),
    ) -> int:
        """Run `process` (open resources, `serve`, close them) under `signals`; the exit code.

        0 after a signal, also one during the start; 1 after a crash of a root task. What `process` itself raises is
        raised as it was. The second signal ends the drain's patience, the third the process.
        """
        failure: Exception | None = None
        try:
            async with anyio.create_task_group() as group:
                if signals:
                    await group.start(self._obey, signals)
                with self._process:
                    try:
                        await process()
                    except Exception as error:  # carried out of the group, which would wrap it
                        failure = error
                group.cancel_scope.cancel()
        finally:
            self._watchdog.disarm()
        if failure:
            raise failure
        return 1 if self.crash else 0

    async def serve(self, server: Server, tasks: Sequence[BackgroundTask]) -> None:
        """Run `server(shutdown_trigger)` beside `tasks` until it ends or something stops the root.

        Returns when the server and all tasks have ended. `shutdown_trigger()` returns once the drain is over. An
        error of the server's is raised; one of a root task is kept in `crash`.
        """
        async with anyio.create_task_group() as background:
            self._background, self._context = background, copy_context()
            for task in tasks:
                background.start_soon(self._supervise, task)
            self.phase = Phase.DRAINING if self._stopping.is_set() else Phase.SERVING
            # The server has a task of its own: asyncio's TaskGroup, which Hypercorn uses, may leave its host task
            # with a cancellation request more than it found (Python 3.11), and AnyIO then takes ours for a foreign one.
            async with anyio.create_task_group() as serving:
                background.start_soon(self._drain, serving.cancel_scope)
                serving.start_soon(self._run_server, server)
            self.stop("the server ended")
            background.cancel_scope.cancel()
        self._background = None
        if self._server_error:
            raise self._server_error

    def start(self, func: Callable[..., Awaitable[Any]], /, *args: Any, name: object = None) -> None:
        """`start_soon` for work that outlives its request, such as a flight shared by several; ends with the process.

        It belongs to no request: it acts for no user, in the process's context. What it raises is logged; the work
        itself answers its waiters. Raises `ShuttingDown` outside `serve`.
        """
        if self._background is None:
            raise ShuttingDown("This process takes no new work.", retry_after_seconds=1)
        start = self._background.start_soon  # which copies the context it is called in
        self._context.copy().run(start, self._run_shared, func, args, str(name or "shared work"))

    def stop(self, reason: str, crash: Exception | None = None) -> None:
        """Begin to stop; the first caller's reason counts. Never blocks."""
        if self._stopping.is_set():
            return
        self.crash = self.crash or crash
        log.info("stopping", reason=reason, in_flight=len(self.in_flight))
        self._watchdog.arm(self._drain_seconds + UNDO_SECONDS + SERVER_END_SECONDS + CLOSE_SECONDS)
        self._stopping.set()
        if self.phase is Phase.STARTING:
            self._process.cancel()
        self.phase = Phase.DRAINING
        self.in_flight.refuse()

    def hurry(self) -> None:
        """End the drain's patience: cancel what is in flight now."""
        self._watchdog.arm(UNDO_SECONDS + SERVER_END_SECONDS + CLOSE_SECONDS)
        self._patience.cancel()

    async def _run_server(self, server: Server) -> None:
        try:
            await server(self._drained.wait)
        except Exception as error:  # carried out of the groups, which would wrap it
            self.crash = self._server_error = error

    async def _drain(self, serving: anyio.CancelScope) -> None:
        await self._stopping.wait()
        with self._patience:
            self._patience.deadline = anyio.current_time() + self._drain_seconds
            await self.in_flight.wait_until_empty()
        if left := len(self.in_flight):
            # Where no patience was promised, none has run out.
            (log.warning if self._drain_seconds else log.info)("drain ended, cancelling requests", in_flight=left)
            self.in_flight.cancel()
            with anyio.move_on_after(CLEAN_UP_SECONDS):
                await self.in_flight.wait_until_empty()
            if left := len(self.in_flight):
                log.warning("requests are still being undone", in_flight=left)
                with anyio.move_on_after(UNDO_SECONDS - CLEAN_UP_SECONDS):
                    await self.in_flight.wait_until_empty()
        self._drained.set()
        serving.deadline = anyio.current_time() + SERVER_END_SECONDS

    async def _obey(self, signals: Sequence[signal.Signals], *, task_status: TaskStatus[None]) -> None:
        with anyio.open_signal_receiver(*signals) as arrived:
            task_status.started()
            received = 0
            async for number in arrived:
                received += 1
                if received == 1:
                    self.stop(signal.Signals(number).name)
                elif received == 2:
                    self.hurry()
                else:
                    os._exit(128 + number)

    async def _supervise(self, task: BackgroundTask) -> None:
        with self._tree.root("background", task.name) as live:
            match task:
                case Periodic():
                    failures = 0
                    while True:
                        live.state = "running"
                        failures = 0 if await self._run_once(task) else failures + 1
                        live.state = f"failed {failures} times, waiting" if failures else "waiting"
                        await anyio.sleep(pause_seconds(task.every_seconds, failures))
                case Lasting():
                    try:
                        await task.run()
                    except Exception as error:
                        log.exception("a root task crashed", task=task.name)
                        self.stop(f"{task.name} crashed", crash=error)
                    else:
                        self.stop(f"{task.name} ended", crash=RuntimeError(f"the root task {task.name} ended"))

    async def _run_once(self, task: Periodic) -> bool:
        try:
            with anyio.fail_after(task.timeout_seconds):
                await task.run()
        except Exception:
            log.exception("a periodic task failed", task=task.name)
            return False
        return True

    async def _run_shared(self, func: Callable[..., Awaitable[Any]], args: Sequence[Any], name: str) -> None:
        with self._tree.root("flight", name):
            try:
                await func(*args)
            except Exception:
                log.exception("shared work failed", work=name)


def pause_seconds(every_seconds: float, failures: int) -> float:
    """The time until a sweeper's next run: its period, doubled by each failure in a row, within a bound."""
    return every_seconds * min(2 ** min(failures, BACKOFF_PERIODS_MAX), BACKOFF_PERIODS_MAX)
