"""What a slice declares of its tables, for those who walk over all of them: a person's rows in pages, so that a whole
account can be exported while no transaction waits for its download, and what must always hold."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, tuple_

from service.kernel.database.transaction import Transaction
from service.kernel.identifiers import UserId

# Rows of numbers and short lines; a table of documents takes fewer.
ROWS_PER_PAGE = 500


@dataclass(frozen=True, slots=True)
class Invariant:
    """`what` must hold; `breaches` is SQL for what breaks it, one column `detail`, no row while all is well. Work in
    flight cannot make it lie: a statement is its own snapshot. It may use `:sweep_seconds`, how long a sweeper may
    take to come round."""

    name: str
    what: str
    breaches: str


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Rows as JSON-able values by column; `after` asks for the next page, None where this is the last."""

    rows: Sequence[dict[str, Any]]
    after: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """One table of a person's; `page(tx, user, after)` begins with `after` None."""

    name: str
    page: Callable[[Transaction, UserId, tuple[Any, ...] | None], Awaitable[ExportPage]]


def export_of(
    name: str,
    rows: Select[*tuple[Any, ...]],
    *,
    owner: ColumnElement[Any],
    key: Sequence[ColumnElement[Any]],
    rows_per_page: int = ROWS_PER_PAGE,
) -> Export:
    """What `rows` selects of the user's whom `owner` names, in the order of `key`, which is unique and selected."""
    names = [column.key or "" for column in rows.selected_columns]
    places = [names.index(column.key or "") for column in key]

    async def page(tx: Transaction, user: UserId, after: tuple[Any, ...] | None) -> ExportPage:
        wanted = rows.where(owner == user).order_by(*key).limit(rows_per_page)
        if after is not None:
            wanted = wanted.where(tuple_(*key) > tuple_(*after))
        found = await tx.rows(wanted)
        values = [dict(zip(names, row, strict=True)) for row in found]
        is_last = len(found) < rows_per_page
        return ExportPage(values, None if is_last else tuple(found[-1][place] for place in places))

    return Export(name, page)
