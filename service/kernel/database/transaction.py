"""What a unit of work is given."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import Executable

from service.kernel.database.failures import DatabaseUnavailable, is_lost

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Transaction:
    """Statements of one transaction, one after another.

    Cancellation of the caller is honoured before each call, never inside COMMIT; a call under way 250 ms after it is
    cancelled on the server. A lost connection is `DatabaseUnavailable`; every other error is SQLAlchemy's, and after
    it the transaction can only end without effect, even if the unit goes on.
    """

    def __init__(
        self, connection: AsyncConnection, *, before_each: Callable[[], None], exchange_seconds: float
    ) -> None:
        self._connection = connection
        self._before_each = before_each
        self._exchange_seconds = exchange_seconds
        self.first_error: Exception | None = None

    async def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[Row[Any]]:
        """All rows."""
        return (await self._run(statement, parameters)).all()

    async def row(self, statement: Executable, parameters: Parameters | None = None) -> Row[Any] | None:
        """The first row, or none."""
        return (await self._run(statement, parameters)).first()

    async def scalar(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """The first column of the first row, or None."""
        return (await self._run(statement, parameters)).scalar()

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run it for its effect; the number of rows it touched (-1 for a sequence of parameters: not counted)."""
        return (await self._run(statement, parameters)).rowcount

    async def _run(self, statement: Executable, parameters: Parameters | None) -> CursorResult[Any]:
        self._before_each()
        try:
            async with asyncio.timeout(self._exchange_seconds):
                return await self._connection.execute(statement, parameters)
        except (DBAPIError, OSError) as error:
            if not is_lost(error):
                self.first_error = self.first_error or error
                raise
            lost = DatabaseUnavailable("The connection to the database was lost; nothing was committed.")
            self.first_error = lost
            raise lost from error
