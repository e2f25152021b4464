"""A page of a list, with the number of all rows that match, in one statement."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_

from service.kernel.database.transaction import Transaction
from service.kernel.paging import COUNTED_MAX, Listed, Window

Item = TypeVar("Item")


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
