"""Where units run: asyncpg needs an asyncio loop, whatever the caller runs on.

On asyncio that is the caller's own loop. On trio it is a thread with a loop of its own, entered once for a unit, not
for each statement.
"""

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any, Generic, Protocol, TypeVar

import anyio
import outcome
import sniffio
import trio

from service.kernel.database.failures import DatabaseUnavailable

try:
    import uvloop
except ImportError:  # not built for Windows
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    new_event_loop = uvloop.new_event_loop

# A thread and its empty loop start and end within milliseconds; this is a machine that can do neither.
THREAD_SECONDS = 5.0

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Started(Protocol[T_co]):
    """Work begun on the home loop: its task, and what the caller's cancellation does to it."""

    @property
    def task(self) -> "asyncio.Task[T_co]": ...

    def cancel(self) -> None: ...


Start = Callable[[Context], Started[T]]


class HomeLoop(Protocol):
    async def answer(self, start: Start[T]) -> T:
        """Begin the work on the home loop and wait for it to end, cancelled or not.

        Cancelled here only if the work ended cancelled: a value that came despite a cancellation is returned, and
        the cancellation reaches the caller at its next checkpoint.
        """
        ...

    async def close(self) -> None: ...


class PlainCall(Generic[T]):
    """Work that may be cancelled anywhere, once: opening and closing."""

    def __init__(self, call: Callable[[], Awaitable[T]], context: Context) -> None:
        async def run() -> T:
            return await call()

        self.task = asyncio.get_running_loop().create_task(run(), context=context)
        self._is_cancelled = False

    def cancel(self) -> None:
        if not self._is_cancelled:
            self._is_cancelled = True
            self.task.cancel()


class CallersLoop:
    """The loop the caller runs on."""

    async def answer(self, start: Start[T]) -> T:
        started = start(copy_context())
        try:
            await asyncio.wait({started.task})  # unlike `await task`, forwards no cancellation into it
        except asyncio.CancelledError as cancellation:
            started.cancel()
            await _outlast(started.task)
            if started.task.cancelled():
                raise
            _rearm(cancellation)
        return started.task.result()

    async def close(self) -> None:
        pass


async def _outlast(task: asyncio.Task[Any]) -> None:
    """Wait for the task whatever comes; a unit's own bounds end it within seconds of its cancellation."""
    with anyio.CancelScope(shield=True):
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:  # a native `task.cancel()`, repeated: shields do not see those
                continue


def _rearm(cancellation: asyncio.CancelledError) -> None:
    """A cancellation that came too late goes on to the caller's next await.

    AnyIO's is level-triggered and comes back by itself. A native one was consumed: deliver it again, with the count
    that `asyncio.timeout` and `TaskGroup` compare left as it was.
    """
    if anyio.current_effective_deadline() != -math.inf and (caller := asyncio.current_task()):
        caller.uncancel()
        caller.cancel(*cancellation.args)


class ThreadedLoop:
    """A thread with an asyncio loop, for callers on trio."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._ready = trio.Event()
        self._ended = trio.Event()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._main, name="database", daemon=True)
        self._token = trio.lowlevel.current_trio_token()

    @classmethod
    async def open(cls) -> "ThreadedLoop":
        home = cls()
        home._thread.start()
        with trio.move_on_after(THREAD_SECONDS, shield=True):  # cancelled here, the thread would never end
            await home._ready.wait()
        if home._loop is None:
            raise DatabaseUnavailable("The database's event loop could not be started.") from home._failure
        return home

    async def answer(self, start: Start[T]) -> T:
        loop, caller, context = self._running_loop(), trio.lowlevel.current_task(), copy_context()
        # Else AnyIO inside the unit would believe it is on trio.
        context.run(sniffio.current_async_library_cvar.set, "asyncio")
        started: list[Started[T]] = []
        cancellations: list[Callable[[], Any]] = []

        def wake(_task: asyncio.Task[T]) -> None:
            self._token.run_sync_soon(trio.lowlevel.reschedule, caller, outcome.Value(None))

        def begin() -> None:
            started.append(start(context))
            started[0].task.add_done_callback(wake)

        def leave() -> None:
            started[0].cancel()

        def abort(raise_cancel: Callable[[], Any]) -> trio.lowlevel.Abort:
            cancellations.append(raise_cancel)
            with suppress(RuntimeError):  # the loop is closed: the unit has ended, and is about to wake us
                loop.call_soon_threadsafe(leave)
            return trio.lowlevel.Abort.FAILED  # the unit decides, and wakes us

        loop.call_soon_threadsafe(begin)
        await trio.lowlevel.wait_task_rescheduled(abort)
        if started[0].task.cancelled() and cancellations:
            cancellations[0]()
        return started[0].task.result()

    async def close(self) -> None:
        loop = self._running_loop()
        self._loop = None  # whatever was begun comes before the stop, and nothing comes after it
        loop.call_soon_threadsafe(self._stop.set)
        with trio.move_on_after(THREAD_SECONDS, shield=True):  # the loop has nothing left to do but end
            await self._ended.wait()
        if self._ended.is_set():  # else the thread is stuck, and as a daemon ends with the process
            self._thread.join()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise DatabaseUnavailable("The database gateway is closed.")
        return self._loop

    def _main(self) -> None:
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                self._loop = runner.get_loop()
                self._set_event(self._ready)
                runner.run(self._wait_for_stop())
        except OSError as error:  # no descriptors left for a loop
            self._failure = error
        finally:  # whatever happened: nothing may wait for a dead thread
            self._set_event(self._ready)
            self._set_event(self._ended)

    def _set_event(self, event: trio.Event) -> None:
        """Set an event of trio's side, unless that run has given this thread up and ended."""
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(event.set)

    async def _wait_for_stop(self) -> None:
        await self._stop.wait()


async def home_loop() -> HomeLoop:
    """The one for the library the caller runs on."""
    if sniffio.current_async_library() == "trio":
        return await ThreadedLoop.open()
    return CallersLoop()
