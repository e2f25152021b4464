"""A statement that is built once and sent as it stands, for the few that are worth it.

SQLAlchemy takes as long to run a statement and to dress its rows as the driver needs for the whole exchange. Beside
most statements that is nothing; beside a page of a list it was an eighth of the request. What is sent, to whom, and
what becomes of a failure are the same.
"""

import collections
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Select, TextualSelect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

Row = Any  # a named tuple of the statement's columns

_DIALECT: Any = PGDialect_asyncpg()


class Prepared(NamedTuple):
    """`sql` with `$1`, `$2`...; `places` are the parameters' names in that order."""

    sql: str
    places: tuple[str, ...]
    constants: Mapping[str, Any]
    row: Callable[[Iterable[Any]], Row]

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Raises KeyError for a parameter that is missing."""
        constants = self.constants
        return [parameters[name] if name in parameters else constants[name] for name in self.places]


def prepare(statement: Select[*tuple[Any, ...]] | TextualSelect) -> Prepared:
    """Of a statement whose values the driver gives and takes as they are. Raises TypeError where one would have to be
    converted on its way, as an enumeration has to be, or where the statement's text depends on its values."""
    compiled: Any = statement.compile(dialect=_DIALECT)
    for name, bound in compiled.binds.items():
        is_converted = bound.type.dialect_impl(_DIALECT).bind_processor(_DIALECT) is not None
        if bound.expanding or (is_converted and not isinstance(bound.type, Boolean)):  # whose processor only checks
            raise TypeError(f"the parameter {name} does not go to the driver as it is")
    names: list[str] = []
    for column in statement.selected_columns:
        name = str(getattr(column, "name", ""))  # an expression without one is `_0`, `_1`... by its place
        if column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None):
            raise TypeError(f"the column {name} does not come from the driver as it is")
        names.append(name)
    constants = {name: bound.value for name, bound in compiled.binds.items() if not bound.required}
    vendor: Any = collections  # nobody can type a tuple whose columns are known only here
    row = vendor.namedtuple("Row", names, rename=True)
    return Prepared(str(compiled), tuple(compiled.positiontup), constants, row._make)


class Fetched:
    """What a prepared statement found, asked as SQLAlchemy's results are."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self.rowcount = len(rows)

    def all(self) -> Sequence[Row]:
        return self._rows

    def first(self) -> Row | None:
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:
        return self._rows[0][0] if self._rows else None
