"""What a unit of work is given."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from asyncpg import InterfaceError, PostgresError
from sqlalchemy import CursorResult, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import Executable

from service.kernel.database.failures import DatabaseUnavailable, is_lost
from service.kernel.database.prepared import Fetched, Prepared

Statement = Executable | Prepared
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Transaction:
    """Statements of one transaction, one after another.

    Cancellation of the caller is honoured before each call, never inside COMMIT; a call under way 250 ms after it is
    cancelled on the server. A lost connection is `DatabaseUnavailable`; every other error is SQLAlchemy's, and after
    it the transaction can only end without effect, even if the unit goes on. Of a `Prepared` statement, which takes
    its parameters by name, the errors are the driver's.
    """

    def __init__(
        self, connection: AsyncConnection, *, before_each: Callable[[], None], exchange_seconds: float
    ) -> None:
        self._connection = connection
        self._before_each = before_each
        self._exchange_seconds = exchange_seconds
        self.first_error: Exception | None = None

    async def rows(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[Row[Any]]:
        """All rows."""
        return (await self._run(statement, parameters)).all()

    async def row(self, statement: Statement, parameters: Parameters | None = None) -> Row[Any] | None:
        """The first row, or none."""
        return (await self._run(statement, parameters)).first()

    async def scalar(self, statement: Statement, parameters: Parameters | None = None) -> Any:
        """The first column of the first row, or None."""
        return (await self._run(statement, parameters)).scalar()

    async def execute(self, statement: Statement, parameters: Parameters | None = None) -> int:
        """Run it for its effect; the number of rows it touched (-1 for a sequence of parameters: not counted)."""
        return (await self._run(statement, parameters)).rowcount

    async def _run(self, statement: Statement, parameters: Parameters | None) -> CursorResult[Any] | Fetched:
        self._before_each()
        try:
            async with asyncio.timeout(self._exchange_seconds):
                if isinstance(statement, Prepared):
                    return await self._fetch(statement, cast("Mapping[str, Any]", parameters or {}))
                return await self._connection.execute(statement, parameters)
        except (DBAPIError, PostgresError, InterfaceError, OSError) as error:
            if not self._is_lost(error):
                self.first_error = self.first_error or error
                raise
            lost = DatabaseUnavailable("The connection to the database was lost; nothing was committed.")
            self.first_error = lost
            raise lost from error

    def _is_lost(self, error: Exception) -> bool:
        """The driver says only in words that its connection is closed."""
        return is_lost(error) or (isinstance(error, InterfaceError) and driver_of(self._connection).is_closed())

    async def _fetch(self, statement: Prepared, parameters: Mapping[str, Any]) -> Fetched:
        """Past SQLAlchemy, on the connection that it holds for this transaction."""
        records = await driver_of(self._connection).fetch(statement.sql, *statement.arguments(parameters))
        return Fetched([statement.row(record) for record in records])


def driver_of(connection: AsyncConnection) -> Any:
    """The driver's connection. Raises `DatabaseUnavailable` where it was lost."""
    held = connection.sync_connection
    if held is None or held.invalidated:
        raise DatabaseUnavailable("The connection to the database was lost; nothing was committed.")
    return held.connection.driver_connection
