"""One unit of work: BEGIN, the unit, COMMIT or ROLLBACK, its tries, and when it may be cut.

SQLAlchemy and asyncpg clean up a cancelled statement with awaits, which AnyIO's level-triggered cancellation would
break one by one; so a unit is a task of its own, the caller only waits for it, and what the caller's cancellation
does to it is decided here: once, and by phase.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.kernel.database.failures import (
    CommitUnknown,
    DatabaseUnavailable,
    UserGone,
    at_commit,
    is_busy,
    is_exhausted,
    is_lost,
    is_repeatable,
    names_no_user,
)
from service.kernel.database.pool import Pool
from service.kernel.database.transaction import Transaction, driver_of

T = TypeVar("T")

# Two transactions that deadlock once rarely do so again after a pause; a third try covers three parties.
TRIES_MAX = 3
RETRY_PAUSE_SECONDS = 0.02


class Phase(Enum):
    WAITING = auto()  # for a place, or between two tries: there is nothing to undo, cancelled at once
    TALKING = auto()  # a statement may be under way: it gets the grace
    COMMITTING = auto()  # never cut; bounded by COMMIT's own limits
    ENDING = auto()  # rolling back: cut only by force
    COMMITTED = auto()  # nothing may take the value away


class UnitTask(Generic[T]):
    """Runs on the home loop, like everything it touches, so `phase` needs no lock."""

    def __init__(
        self,
        call: Callable[[Transaction], Awaitable[T]],
        *,
        pool: Pool,
        first_words: str,
        is_read_only: bool,
        jitter: Callable[[], float],
        context: Context,
    ) -> None:
        self._call = call
        self._pool = pool
        self._first_words = first_words
        self._is_read_only = is_read_only
        self._jitter = jitter
        self._phase = Phase.WAITING
        self._is_cancelled = False
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.task: asyncio.Task[T] = self._loop.create_task(self._answer(), context=context)

    # -- the caller leaves ---------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """The caller's cancellation, honoured at once, before the next statement, or after the grace, by phase."""
        if self._is_cancelled or self.task.done():
            return
        self._is_cancelled = True
        if self._phase is Phase.WAITING:
            self.task.cancel()
        self._timer = self._loop.call_later(self._pool.bounds.grace_seconds, self._cut)

    def _cut(self) -> None:
        if self._phase is Phase.TALKING:
            self.task.cancel()
        self._force_later()

    def _force(self) -> None:
        """A server that does not answer the cancellation either: the second one drops the socket."""
        if self._phase in (Phase.TALKING, Phase.ENDING):
            self.task.cancel()
        self._force_later()

    def _force_later(self) -> None:
        if not self.task.done():
            self._timer = self._loop.call_later(self._pool.bounds.force_seconds, self._force)

    def _stop_if_cancelled(self) -> None:
        if self._is_cancelled:
            raise asyncio.CancelledError

    # -- the work ------------------------------------------------------------------------------------------------

    async def _answer(self) -> T:
        try:
            return await self._try_repeatedly()
        except asyncio.CancelledError:
            if self._is_cancelled:
                raise
            raise DatabaseUnavailable("The database gateway was closed under a running unit of work.") from None
        finally:
            if self._timer:
                self._timer.cancel()

    async def _try_repeatedly(self) -> T:
        for tries_left in reversed(range(TRIES_MAX)):
            try:
                return await self._try_once()
            except (DBAPIError, PostgresError) as error:
                if names_no_user(error):
                    raise UserGone("The user was deleted meanwhile; nothing was kept.") from error
                if is_exhausted(error, in_read_only=self._is_read_only):
                    raise DatabaseUnavailable("The database has no room for it; nothing was committed.") from error
                if not is_busy(error):
                    raise
                if not (tries_left and is_repeatable(error)):
                    raise DatabaseUnavailable("The database is too busy; nothing was committed.") from error
            self._phase = Phase.WAITING
            self._stop_if_cancelled()
            await asyncio.sleep(RETRY_PAUSE_SECONDS * (0.5 + self._jitter()))
        raise AssertionError("the last try returns or raises")

    async def _try_once(self) -> T:
        await self._pool.take_place()
        try:
            return await self._run_in_place()
        finally:
            self._pool.release_place()

    async def _run_in_place(self) -> T:
        self._phase = Phase.TALKING
        self._stop_if_cancelled()
        try:
            connection = await self._pool.begin(self._first_words)
        except (OSError, PostgresError, InterfaceError, SQLAlchemyError) as error:
            raise DatabaseUnavailable("The database cannot be reached; nothing was done.") from error
        raw = driver_of(connection)
        transaction = Transaction(
            connection, before_each=self._stop_if_cancelled, exchange_seconds=self._pool.bounds.exchange_seconds
        )
        try:
            value = await self._call(transaction)
            await self._commit(raw, transaction)
        except BaseException as error:
            self._phase = Phase.ENDING
            await self._undo(connection, raw, error)
            raise
        finally:
            await connection.close()
        return value

    async def _commit(self, raw: Any, transaction: Transaction) -> None:
        self._stop_if_cancelled()
        if transaction.first_error:  # swallowed by the unit: PostgreSQL would answer ROLLBACK, and no error
            raise transaction.first_error
        if raw.is_closed():
            raise DatabaseUnavailable("The connection was lost before COMMIT; nothing was committed.")
        self._phase = Phase.COMMITTING  # no await between here and COMMIT: a cancellation came before, or is too late
        try:
            async with asyncio.timeout(self._pool.bounds.exchange_seconds):
                tag = await raw.execute("COMMIT")
        except PostgresError as error:
            if not is_lost(error):
                raise at_commit(error) from error
            raise self._unknown_outcome() from error
        except (OSError, InterfaceError, asyncio.CancelledError) as error:
            raise self._unknown_outcome() from error
        if tag != "COMMIT":
            raise RuntimeError(f"PostgreSQL answered {tag} to COMMIT: the unit ended its transaction by itself")
        self._phase = Phase.COMMITTED

    def _unknown_outcome(self) -> Exception:
        if self._is_read_only:
            return DatabaseUnavailable("The connection was lost; nothing was to be committed.")
        return CommitUnknown("The database did not answer COMMIT; read back before trying again.")

    async def _undo(self, connection: AsyncConnection, raw: Any, error: BaseException) -> None:
        """Roll back, or throw the connection away: it must not go back to the pool inside a transaction.

        Whatever happens here, the caller's answer is the error that led here: a cut by force is not passed on.
        """
        if connection.invalidated:
            return
        limit = self._pool.bounds.ending_seconds
        if not raw.is_closed() and not isinstance(error, (CommitUnknown, DatabaseUnavailable)):
            with suppress(OSError, PostgresError, InterfaceError, asyncio.CancelledError):
                async with asyncio.timeout(limit):
                    await raw.execute("ROLLBACK")
                return
        try:
            async with asyncio.timeout(limit):  # a polite goodbye, so that what still runs is cancelled on the server
                await connection.invalidate()
        except (OSError, asyncio.CancelledError):
            raw.terminate()
            await connection.invalidate()  # waits for nothing: the socket is closed
