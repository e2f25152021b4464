"""The engine, its connections (warmed at start), and the places in front of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from service.kernel.database.bounds import Bounds
from service.kernel.database.failures import DatabaseUnavailable, is_lost

# Two hundred generations in flight, each with a handful of units side by side, and the sweepers; units take
# milliseconds, so that the last of so many is served well within the time it would wait. Who comes after them would
# only add to a backlog that is not being worked off.
WAITING_MAX = 1_000
# The same for pools that are larger than ours.
WAITING_MAX_PER_PLACE = 20


@dataclass(frozen=True, slots=True)
class PoolState:
    """`opened` counts connections made since the start: beyond `size`, each is a reconnect."""

    size: int
    checked_out: int
    overflow: int
    checked_in: int
    waiting: int
    opened: int = 0


def async_url(url: str) -> URL:
    """`postgres://`, `postgresql://` and `postgresql+<driver>://` as SQLAlchemy's URL for asyncpg.

    libpq's `sslmode`, which hosting providers write into the URL, is asyncpg's `ssl`. Raises ValueError for others.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in {"postgres", "postgresql"}:
        raise ValueError("the database URL must begin with postgresql://")
    parsed = make_url(f"postgresql+asyncpg://{rest}")
    if mode := parsed.query.get("sslmode"):
        parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return parsed


# What a connection being taken from the pool says first; None while the pool is warmed.
_first_words: ContextVar[str | None] = ContextVar("first_words", default=None)


class Pool:
    """`size` connections and not one more. Lives on the home loop; only `state` may be called from elsewhere.

    The places are our own semaphore, so that SQLAlchemy's queue never waits and the number waiting is known.
    """

    def __init__(self, url: str, *, size: int, bounds: Bounds) -> None:
        self.bounds = bounds
        self._size = size
        self._places = asyncio.Semaphore(size)
        self._waiting = 0
        self._waiting_max = max(WAITING_MAX, WAITING_MAX_PER_PLACE * size)
        self._opened = 0
        self._is_closed = False
        self._engine = _engine(url, size=size, bounds=bounds)
        event.listen(self._engine.sync_engine, "connect", self._count)
        event.listen(self._engine.sync_engine, "checkout", _begin)

    def state(self) -> PoolState:
        pool: Any = self._engine.pool  # QueuePool's counters are not declared on Pool
        return PoolState(
            size=self._size,
            checked_out=pool.checkedout(),
            overflow=max(0, pool.overflow()),
            checked_in=pool.checkedin(),
            waiting=self._waiting,
            opened=self._opened,
        )

    async def warm(self) -> None:
        """Open every connection: a cold pool makes the first burst pay for connecting, and time out, and pay again."""
        opened: list[AsyncConnection] = []

        async def open_one() -> None:
            opened.append(await self._engine.connect())

        try:
            await open_one()  # alone: it learns the server's version for the dialect
            async with asyncio.TaskGroup() as rest:
                for _ in range(self._size - 1):
                    rest.create_task(open_one())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        finally:
            for connection in opened:
                await connection.close()

    async def close(self) -> None:
        """Take no new unit, let those under way end within `ending_seconds`, and say goodbye to the server."""
        self._is_closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(self.bounds.ending_seconds):
                for _ in range(self._size):
                    await self._places.acquire()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.bounds.ending_seconds):
                await self._engine.dispose()

    async def take_place(self) -> None:
        """Wait for one of the `size` places.

        Raises `DatabaseUnavailable` after `acquire_seconds`, at once where too many wait already, or when closed.
        """
        if self._is_closed:
            raise DatabaseUnavailable("The database gateway is closed.")
        if not self._places.locked():
            await self._places.acquire()  # there is one: it neither waits nor yields
            return
        if self._waiting >= self._waiting_max:
            detail = "Too many wait for a database connection; nothing was done."
            raise DatabaseUnavailable(detail, retry_after_seconds=1)
        self._waiting += 1
        try:
            async with asyncio.timeout(self.bounds.acquire_seconds):
                await self._places.acquire()
        except TimeoutError as error:
            detail = "No database connection came free in time; nothing was done."
            raise DatabaseUnavailable(detail, retry_after_seconds=1) from error
        finally:
            self._waiting -= 1

    def release_place(self) -> None:
        self._places.release()

    async def begin(self, first_words: str) -> AsyncConnection:
        """A connection in a transaction. Raises whatever the driver did when there is none."""
        token = _first_words.set(first_words)
        try:
            async with asyncio.timeout(self.bounds.exchange_seconds):
                return await self._engine.connect()
        finally:
            _first_words.reset(token)

    @asynccontextmanager
    async def bare(self) -> AsyncGenerator[Any]:
        """A driver connection outside any transaction, for questions at start."""
        async with self._engine.connect() as connection:
            yield (await connection.get_raw_connection()).driver_connection

    def _count(self, _connection: Any, _record: Any) -> None:
        self._opened += 1


def _engine(url: str, *, size: int, bounds: Bounds) -> AsyncEngine:
    return create_async_engine(
        async_url(url),
        pool_size=size,
        max_overflow=0,
        # The one used last: its server process still has the statements' plans and the pages at hand.
        pool_use_lifo=True,
        pool_timeout=bounds.acquire_seconds,
        hide_parameters=True,
        # SQLAlchemy sends no BEGIN of its own: ours carries role and tenant in the same round trip.
        isolation_level="AUTOCOMMIT",
        connect_args={
            "timeout": bounds.connect_seconds,
            "command_timeout": bounds.command_seconds,
            # `wall.quote_literal` relies on the second. A pooler keeps track of both.
            "server_settings": {"application_name": "overture", "standard_conforming_strings": "on"},
        },
    )


def _begin(adapted: Any, _record: Any, _proxy: Any) -> None:
    """BEGIN as the pool hands a connection out: it is the pre-ping too, without a round trip of its own.

    A dead connection makes the pool drop all of its generation and connect anew, once (SQLAlchemy's documented
    "disconnect handling, pessimistic", with BEGIN in place of SELECT 1).
    """
    if (words := _first_words.get()) is None:
        return

    def begin(raw: Any) -> Awaitable[str]:
        return raw.execute(words)

    try:
        adapted.run_async(begin)
    except Exception as error:
        if is_lost(error) or adapted.driver_connection.is_closed():
            raise InvalidatePoolError from error
        raise
