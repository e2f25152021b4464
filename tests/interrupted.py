"""Leaving a unit of work at one chosen statement of it: what every operation that awaits twice is tested with."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from sqlalchemy import text

from service.kernel.database import Database, Parameters, Statement, Transaction
from tests.kernel.database_tables import Signal

# More statements than any operation has.
STATEMENTS_MAX = 20


class Interrupted(Transaction):
    """Passes statements on up to number `at`; there it tells the test, and stays until it is cancelled."""

    def __init__(self, inner: Transaction, *, at: int, reached: Signal) -> None:
        self._inner = inner
        self._left = at
        self._reached = reached

    async def _run(self, statement: Statement, parameters: Parameters | None) -> Any:
        self._left -= 1
        if self._left == 0:
            self._reached.fire()
            while True:
                await self._inner.execute(text("SELECT pg_sleep(0.005)"))
        return await self._inner._run(statement, parameters)


async def cancelled_at_each_statement(
    db: Database, unit: Callable[[Transaction], Awaitable[Any]], check: Callable[[], Awaitable[None]]
) -> int:
    """Run the unit again and again, leaving at its first statement, its second, ..., and call `check` after each; how
    many statements it has. The run that nobody leaves is cancelled too, by raising in the unit: nothing ever commits.
    """
    for at in range(1, STATEMENTS_MAX):
        if not await _cancelled(db, unit, at):
            return at - 1
        assert db.pool_state().checked_out == 0
        await check()
    raise AssertionError(f"more than {STATEMENTS_MAX} statements")


class _Ended(Exception):
    pass


async def _cancelled(db: Database, unit: Callable[[Transaction], Awaitable[Any]], at: int) -> bool:
    """Whether statement `at` was there to be left at."""
    reached, scope = Signal(), anyio.CancelScope()

    async def work(tx: Transaction) -> None:
        await unit(Interrupted(tx, at=at, reached=reached))
        raise _Ended

    async def leave() -> None:
        await reached.wait()
        scope.cancel()

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            with scope:
                try:
                    await db.run(work)
                except _Ended:
                    group.cancel_scope.cancel()
    return scope.cancelled_caught
