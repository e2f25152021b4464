"""One flight per key: while one caller's work for a key is under way, others with the same key wait for it.

A flight belongs to no caller: it runs in the root task group of the process, and is cancelled when its last waiter
leaves. It ends within `FLIGHT_TIMEOUT_SECONDS` whatever it waits for.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar

import anyio

from service.kernel.concurrency import Branch, Failed, Finished, gather_settled
from service.kernel.errors import Unavailable

T = TypeVar("T")

# Asking a job board takes at most 2 s, fetching 10 s, parsing the page and its description 2 s each, storing
# milliseconds; a bounded wait for a free parser and a slow database are the rest.
FLIGHT_TIMEOUT_SECONDS = 20.0


class Start(Protocol):
    """`Root.start` of the process: what it starts acts for nobody. `name` is how the live tree shows it."""

    def __call__(self, func: Callable[..., Coroutine[Any, Any, None]], /, *args: Any, name: object = None) -> Any: ...


class FlightEnded(Unavailable):
    """The work was stopped or took too long before it had an answer."""


class _Flight(Generic[T]):
    def __init__(self, key: str, call: Callable[[], Awaitable[T]]) -> None:
        self.scope = anyio.CancelScope()
        self.ended = anyio.Event()
        self.waiters = 0
        self.branch = Branch[T](f"posting {key}", call, timeout_seconds=FLIGHT_TIMEOUT_SECONDS)

    def answer(self) -> T:
        match self.branch.outcome:
            case Finished(value=value):
                return value
            case Failed(error=error):
                raise error
            case _:
                raise FlightEnded("The posting could not be read in time; try again.", retry_after_seconds=5)


class SingleFlight(Generic[T]):
    """The flights of one process. There are never more than callers waiting, which the endpoints' admission bounds."""

    def __init__(self, *, start: Start) -> None:
        self._start = start
        self._flights: dict[str, _Flight[T]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def join(self, key: str, call: Callable[[], Awaitable[T]], *, name: str | None = None) -> T:
        """The answer of the flight for `key`, beginning it with `call`, called `name`, where none is under way.

        Raises what `call` raised, the same to all who waited, or `FlightEnded`. Cancelling one waiter leaves the
        flight to the others; cancelling the last cancels it, and who comes then begins a new one.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(key, call)
            self._start(
                self._fly, key, flight, name=name or key
            )  # raises where the process takes no new work; nobody waits then
            self._flights[key] = flight
        flight.waiters += 1
        try:
            await flight.ended.wait()
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.ended.is_set():
                flight.scope.cancel()
                self._land(key, flight)
        return flight.answer()

    async def _fly(self, key: str, flight: _Flight[T]) -> None:
        try:
            with flight.scope:
                await gather_settled(flight.branch)
        finally:
            self._land(key, flight)
            flight.ended.set()

    def _land(self, key: str, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
