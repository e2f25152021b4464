"""Concurrent transactions on connections of their own, led step by step in a given order: PostgreSQL's isolationtester
in small. A step is one statement (or one verb), the last one is COMMIT; a step that waits for a lock is left waiting,
and the order goes on with whoever can move."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.kernel.database import Parameters, Statement, Transaction

Verb = Callable[[Transaction], Awaitable[Any]]

# A step takes about a millisecond; one that is not done by then is asked for what it waits.
STEP_SECONDS = 0.002
# Nobody can move for so long: longer than PostgreSQL takes to find a deadlock and end it.
STUCK_SECONDS = 60


def orders(steps: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every interleaving of parties that have so many steps each, as the indices of who moves."""
    if not any(steps):
        yield ()
    for who, left in enumerate(steps):
        if left:
            fewer = [*steps]
            fewer[who] -= 1
            for rest in orders(fewer):
                yield (who, *rest)


async def say(connection: AsyncConnection, words: str) -> None:
    """To the server, past SQLAlchemy: as the gateway begins and ends its transactions."""
    raw: Any = (await connection.get_raw_connection()).driver_connection
    await raw.execute(words)


class Gated(Transaction):
    """Waits for its party's turn before each statement."""

    def __init__(self, inner: Transaction, turn: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._turn = turn

    async def _run(self, statement: Statement, parameters: Parameters | None) -> Any:
        await self._turn()
        return await self._inner._run(statement, parameters)


class Party:
    """One transaction on one connection, being led. `answer` is what its verb said, or the name of its refusal."""

    def __init__(
        self, connection: AsyncConnection, verb: Verb, *, refusals: tuple[type[Exception], ...], by_statement: bool
    ) -> None:
        self._connection = connection
        self._verb = verb
        self._refusals = refusals
        self._by_statement = by_statement
        self._turns = asyncio.Semaphore(0)
        self._has_paused = asyncio.Event()
        self.answer: Any = None
        self.task = asyncio.create_task(self._work())

    @property
    def can_move(self) -> bool:
        return self._has_paused.is_set() and not self.task.done()

    async def ready(self) -> None:
        await self._has_paused.wait()

    def move(self) -> None:
        self._has_paused.clear()
        self._turns.release()

    async def came_to_rest(self) -> bool:
        """Whether the step is done, within the time a step takes."""
        paused = asyncio.ensure_future(self._has_paused.wait())
        try:
            await asyncio.wait({self.task, paused}, timeout=STEP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            paused.cancel()
        return self.task.done() or self._has_paused.is_set()

    async def backend(self) -> int:
        raw = await self._connection.get_raw_connection()
        connection: Any = raw.driver_connection
        return connection.get_server_pid()

    async def _work(self) -> None:
        plain = Transaction(self._connection, before_each=lambda: None, exchange_seconds=STUCK_SECONDS)
        await say(self._connection, "BEGIN")
        if not self._by_statement:
            await self._turn()
        try:
            self.answer = await self._verb(Gated(plain, self._turn) if self._by_statement else plain)
        except self._refusals as refusal:
            self.answer = type(refusal).__name__
            await self._turn()
            await say(self._connection, "ROLLBACK")
        else:
            await self._turn()
            await say(self._connection, "COMMIT")

    async def _turn(self) -> None:
        self._has_paused.set()
        await self._turns.acquire()


async def led(parties: Sequence[Party], order: Sequence[int], *, observer: AsyncConnection) -> None:
    """Move the parties in this order, then whoever has steps left, to their ends. A deadlock fails."""
    for party in parties:
        await party.ready()
    pids = [await party.backend() for party in parties]
    waiting = [*order]
    while not all(party.task.done() for party in parties):
        who = _next(parties, waiting)
        if who is None:
            await asyncio.wait_for(_anyone_rests(parties), STUCK_SECONDS)
            continue
        parties[who].move()
        for other, party in enumerate(parties):
            while not party.can_move and not await party.came_to_rest():
                if await observer.scalar(_IS_BLOCKED, {"pid": pids[other]}):
                    break
    for party in parties:
        party.task.result()


_IS_BLOCKED = text("SELECT cardinality(pg_blocking_pids(:pid)) > 0")


def _next(parties: Sequence[Party], waiting: list[int]) -> int | None:
    """The first in the order who can move, taken out of it; behind its end, anybody who can."""
    for place, who in enumerate(waiting):
        if parties[who].can_move:
            return waiting.pop(place)
    return next((who for who, party in enumerate(parties) if party.can_move), None)


async def _anyone_rests(parties: Sequence[Party]) -> None:
    while not any(party.can_move for party in parties) and not all(party.task.done() for party in parties):
        await asyncio.gather(*(party.came_to_rest() for party in parties if not party.task.done()))
