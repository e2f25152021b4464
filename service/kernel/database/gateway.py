"""`Database` and `open_database`: which role a unit runs as, and its answer."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Concatenate, ParamSpec, TypeVar

import anyio
from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError

from service.kernel.database.bounds import Bounds
from service.kernel.database.failures import CommitUnknown, DatabaseUnavailable
from service.kernel.database.home_loop import HomeLoop, PlainCall, home_loop
from service.kernel.database.pool import Pool, PoolState
from service.kernel.database.transaction import Transaction
from service.kernel.database.unit import UnitTask
from service.kernel.database.wall import NOBODY, acting_now, opening, system_opening

P = ParamSpec("P")
T = TypeVar("T")

Unit = Callable[Concatenate[Transaction, P], Awaitable[T]]

# Told how each unit ended ("committed", "cancelled", "unknown", "unavailable", "failed") and its seconds.
OnUnit = Callable[[str, float], None]


class Database:
    """The gateway; see the package for its four answers."""

    def __init__(
        self, pool: Pool, home: HomeLoop, *, wall_is_up: bool, on_unit: OnUnit, jitter: Callable[[], float]
    ) -> None:
        self._pool = pool
        self._home = home
        self._on_unit = on_unit
        self._jitter = jitter
        self._limits = pool.bounds.server_limits()
        # Whether `run` takes the role that row-level security binds. False where the role could not be created.
        self.wall_is_up = wall_is_up

    async def run(self, unit: Unit[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """One transaction as the caller of `acting_for`, seeing those rows only; without it, nobody's."""
        words = opening(acting_now(), as_app=self.wall_is_up, is_read_only=False, limits=self._limits)
        return await self._answer(lambda tx: unit(tx, *args, **kwargs), words, is_read_only=False)

    async def read(self, unit: Unit[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run` in a READ ONLY transaction (a verb of its own, so that the unit's keywords stay typed)."""
        words = opening(acting_now(), as_app=self.wall_is_up, is_read_only=True, limits=self._limits)
        return await self._answer(lambda tx: unit(tx, *args, **kwargs), words, is_read_only=True)

    async def run_system(self, unit: Unit[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As the owner, seeing all tenants: sweepers, webhooks, doctor."""
        words = system_opening(limits=self._limits)
        return await self._answer(lambda tx: unit(tx, *args, **kwargs), words, is_read_only=False)

    def pool_state(self) -> PoolState:
        return self._pool.state()

    async def _answer(self, call: Callable[[Transaction], Awaitable[T]], words: str, *, is_read_only: bool) -> T:
        def start(context: Context) -> UnitTask[T]:
            return UnitTask(
                call,
                pool=self._pool,
                first_words=words,
                is_read_only=is_read_only,
                jitter=self._jitter,
                context=context,
            )

        await anyio.lowlevel.checkpoint_if_cancelled()
        began, ending = anyio.current_time(), "cancelled"
        try:
            value = await self._home.answer(start)
            ending = "committed"
        except CommitUnknown:
            ending = "unknown"
            raise
        except DatabaseUnavailable:
            ending = "unavailable"
            raise
        except Exception:
            ending = "failed"
            raise
        finally:
            self._on_unit(ending, anyio.current_time() - began)
        return value


def ignore_ending(_ending: str, _seconds: float) -> None:
    """The listener of those who do not listen."""


@asynccontextmanager
async def open_database(
    url: str,
    *,
    pool_size: int = 20,
    bounds: Bounds | None = None,
    on_unit: OnUnit = ignore_ending,
    jitter: Callable[[], float] = random.random,
) -> AsyncGenerator[Database]:
    """Connect all of the pool, for the time of the `async with`. Raises `DatabaseUnavailable`, with the cause."""
    home = await home_loop()
    try:
        pool, wall_is_up = await home.answer(
            lambda context: PlainCall(lambda: _open_pool(url, pool_size, bounds or Bounds()), context)
        )
        try:
            yield Database(pool, home, wall_is_up=wall_is_up, on_unit=on_unit, jitter=jitter)
        finally:
            # Twice `ending_seconds` at most: units end and connections say goodbye, or are dropped.
            with anyio.CancelScope(shield=True):
                await home.answer(lambda context: PlainCall(pool.close, context))
    finally:
        await home.close()


async def _open_pool(url: str, size: int, bounds: Bounds) -> tuple[Pool, bool]:
    pool = Pool(url, size=size, bounds=bounds)
    try:
        await pool.warm()
        return pool, await _can_take_the_role(pool)
    except (OSError, PostgresError, InterfaceError, SQLAlchemyError) as error:
        await pool.close()
        raise DatabaseUnavailable("The database cannot be reached.") from error
    except asyncio.CancelledError:
        await pool.close()
        raise


async def _can_take_the_role(pool: Pool) -> bool:
    """Asked by doing it: whether the role exists and is ours to take depends on the server's version and grants."""
    async with pool.bare() as raw:
        try:
            await raw.execute(opening(NOBODY, as_app=True, is_read_only=True, limits=pool.bounds.server_limits()))
        except PostgresError:
            return False
        finally:
            await raw.execute("ROLLBACK")
        return True


# `batch(tx, limit=n)` deals with at most `n` rows and answers how many it found.
Batch = Callable[..., Awaitable[int]]


async def sweep(db: Database, batch: Batch, *, rows_per_batch: int, batches_max: int) -> int:
    """A sweep: many short transactions over everybody's rows, instead of one long one.

    Runs batches as the owner until one finds nothing; how many rows they dealt with.

    Ends after `batches_max` even if rows fall due as fast as they are dealt with: the next sweep goes on. Cancelled
    between two batches, those before stand.
    """

    async def one(tx: Transaction) -> int:
        return await batch(tx, limit=rows_per_batch)

    total = 0
    for _ in range(batches_max):
        found = await db.run_system(one)
        total += found
        if found == 0:
            break
    return total
