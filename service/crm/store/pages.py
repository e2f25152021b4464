"""A page of a list with the number of all rows that match it, in one statement: for the shorter lists beside jobs."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, func, select, text, tuple_

from service.kernel.database import Transaction
from service.kernel.paging import COUNTED_MAX, Window

# A plan that was made without knowing the word or the status is made for middling many hits: of rare ones it would walk
# through everybody's jobs, of common ones it would sort a hundred thousand. For this transaction only.
# And no plan reads the whole table, which holds everybody's: it looks cheap while there are few thousand rows.
PLANNED_FOR_ITS_VALUES = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true)"
)


def escaped(search: str) -> str:
    """The pattern of LIKE for a text that holds `search`, its wildcards literal; LIKE's own escape is a backslash.
    Accents are composed as they are in what is kept (`one_line`)."""
    search = unicodedata.normalize("NFC", search)
    for character in "\\%_":
        search = search.replace(character, f"\\{character}")
    return f"%{search}%"


async def read_page(
    tx: Transaction,
    view: FromClause,
    *,
    conditions: Sequence[ColumnElement[bool]],
    search: str | None,
    key: ColumnElement[Any],
    is_descending: bool,
    window: Window,
) -> tuple[Sequence[Row[Any]], int]:
    """Rows of a view in the order of `key` and id, then the key again; and how many match, counted by date as far as
    anybody counts. `window.after` is (key, id); `search` is a substring of the view's `search_text`."""
    if search:
        await tx.execute(PLANNED_FOR_ITS_VALUES)
        conditions = (*conditions, view.c.search_text.like(func.lower(escaped(search))))
    counted = _counted(view, conditions)
    page = select(*view.c, key.label("key"), counted.label("counted")).where(*conditions)
    if window.after is not None:
        here, after = tuple_(key, view.c.id), tuple_(*window.after)
        page = page.where(here < after if is_descending else here > after)
    order = (key.desc(), view.c.id.desc()) if is_descending else (key.asc(), view.c.id.asc())
    rows = await tx.rows(page.order_by(*order).limit(window.fetched).offset(window.offset))
    if rows:
        return rows, rows[0].counted
    is_first = window.after is None and not window.offset
    return rows, 0 if is_first else await tx.scalar(select(counted))


def _counted(view: FromClause, conditions: Sequence[ColumnElement[bool]]) -> Any:
    walk: Select[Any] = select(view.c.id).where(*conditions)
    walk = walk.order_by(view.c.created_at.desc(), view.c.id.desc()).limit(COUNTED_MAX + 1)
    return select(func.count()).select_from(walk.subquery("matching")).scalar_subquery()
