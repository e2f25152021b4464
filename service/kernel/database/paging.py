"""Lists in pages: which part is wanted, what was found, and how a store reads it, in one statement with the count.

`web.paging` speaks HTTP and stores speak SQL; `Window` and `Listed` travel between them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_

from service.kernel.database.transaction import Transaction

Item = TypeVar("Item")

# Counting is a scan; above this many rows the exact number is of no use.
COUNTED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` rows: behind the first `offset`, or strictly beyond the row whose sort keys are `after`."""

    limit: int
    offset: int = 0
    after: tuple[Any, ...] | None = None

    @property
    def fetched(self) -> int:
        """What to say to LIMIT."""
        return self.limit + 1


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """Up to `Window.fetched` rows in order, and how many match in all, counted up to `COUNTED_MAX + 1`."""

    rows: Sequence[Item]
    counted: int


async def read_page(
    tx: Transaction,
    matching: Select[*tuple[Any, ...]],
    *,
    keys: Sequence[ColumnElement[Any]],
    item: Callable[[Row[Any]], Item],
    window: Window,
    is_descending: bool = True,
    counted_along: Sequence[ColumnElement[Any]] = (),
) -> Listed[Item]:
    """The rows of `matching` in the order of `keys`, which together are unique and are what `window.after` holds.

    `counted_along` is the order to count in, where an index leads through the matching rows only in that order. A page
    without rows, behind the last, costs a second statement.
    """
    counted = _count(matching, keys, counted_along)
    page = matching.add_columns(counted.scalar_subquery().label("counted"))
    if window.after is not None:
        here, after = tuple_(*keys), tuple_(*window.after)
        page = page.where(here < after if is_descending else here > after)
    page = page.order_by(*(key.desc() if is_descending else key.asc() for key in keys))
    rows = await tx.rows(page.limit(window.fetched).offset(window.offset))
    if rows:
        return Listed([item(row) for row in rows], rows[0].counted)
    is_first = window.after is None and not window.offset
    return Listed([], 0 if is_first else await tx.scalar(counted))


def _count(
    matching: Select[*tuple[Any, ...]], keys: Sequence[ColumnElement[Any]], along: Sequence[ColumnElement[Any]]
) -> Select[int]:
    """No further than anybody counts."""
    walk = matching.with_only_columns(*keys, maintain_column_froms=True).order_by(*along).limit(COUNTED_MAX + 1)
    return select(func.count()).select_from(walk.subquery("matching"))
