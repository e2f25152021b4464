"""Lists of jobs: every way of ordering, filtering and searching them, each a statement that is built once.

A page and the number of all rows that match are one statement. Each walks along an index and stops: the page after its
rows, the count after `COUNTED_MAX + 1`. The count goes by date whatever the page does, for that index holds all it
needs, and its rows lie in the table in that order.

A search, and a status in another order than by date, cannot tell where along the order its rows lie: "Astronomer" by
title may be all at the end. So the rows that match are looked up first, as many as are counted; if that is all of
them, the page is sorted from them. There are thousands more else, and a walk along the order meets enough of them.

Everything is read through the views, which hold the tenant wall inside, so that a LIKE comes near the trigrams; the
tenant is named here all the same.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Row,
    Select,
    SmallInteger,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from service.crm.jobs.model import JobSort, Placed, Wanted
from service.crm.jobs.store.rows import NO_DATE, deal_of, job_of, of_a_job
from service.crm.model import Direction
from service.crm.store.tables import PLAN_FOR_VALUES, like_pattern, searched_jobs
from service.kernel.database import Prepared, Transaction, prepare
from service.kernel.database.paging import COUNTED_MAX, Listed, Window
from service.kernel.identifiers import TenantId

_jobs = searched_jobs.c
_COUNTED_MAX: ColumnElement[int] = literal_column(str(COUNTED_MAX))
_ONE_MORE: ColumnElement[int] = literal_column(str(COUNTED_MAX + 1))


class _Key(NamedTuple):
    """What a list is ordered by before the id: the indexed expression, what a cursor says of it, and its place."""

    indexed: ColumnElement[Any]
    shown: ColumnElement[Any]
    after: ColumnElement[Any]


def _instant(column: ColumnElement[Any]) -> _Key:
    after = bindparam("after_key", type_=DateTime(timezone=True))
    return _Key(func.coalesce(column, NO_DATE), column, func.coalesce(after, NO_DATE))


def _word(expression: ColumnElement[Any]) -> _Key:
    return _Key(expression, expression, bindparam("after_key", type_=Text))


_KEYS = {
    JobSort.DATE: _Key(_jobs.created_at, _jobs.created_at, bindparam("after_key", type_=DateTime(timezone=True))),
    JobSort.APPLICATION_DATE: _instant(_jobs.applied_at),
    JobSort.COMPANY: _word(func.lower(_jobs.company)),
    JobSort.JOB_TITLE: _word(_jobs.title_key),
    JobSort.RESUME: _instant(_jobs.resume_date),
}


class Shape(NamedTuple):
    """What a statement is built for; everything else is a parameter of it."""

    sort: JobSort
    order: Direction
    is_by_status: bool
    is_search: bool
    start: Literal["first", "offset", "after"]

    @property
    def is_looked_up_first(self) -> bool:
        """By date, a status has an index of its own."""
        return self.is_search or (self.is_by_status and self.sort is not JobSort.DATE)


async def list_jobs(tx: Transaction, tenant: TenantId, *, wanted: Wanted, window: Window) -> Listed[Placed]:
    """`window.after` is what `Placed` says of the row before: its key and its job's id."""
    shape, parameters = shape_of(wanted, window), parameters_of(tenant, wanted, window)
    if not shape.is_looked_up_first:
        rows = await tx.rows(_prepared_page_with_count(shape), parameters)
        return Listed(_placed_jobs(rows), rows[0].counted)
    await tx.execute(PLAN_FOR_VALUES)
    rows = await tx.rows(_prepared_look_up(shape), parameters)
    counted = rows[0].counted
    if counted > COUNTED_MAX:
        rows = await tx.rows(_prepared_page(shape), parameters)
    return Listed(_placed_jobs(rows), counted)


def shape_of(wanted: Wanted, window: Window) -> Shape:
    start = "after" if window.after is not None else "offset" if window.offset else "first"
    return Shape(wanted.sort, wanted.order, wanted.status is not None, bool(wanted.search), start)


def parameters_of(tenant: TenantId, wanted: Wanted, window: Window) -> dict[str, Any]:
    parameters: dict[str, Any] = {"tenant": tenant, "fetched": window.fetched}
    if wanted.status is not None:
        parameters["status"] = wanted.status.number
    if wanted.search:
        parameters["pattern"] = like_pattern(wanted.search)
    if window.after is not None:
        parameters |= {"after_key": window.after[0], "after_id": window.after[1]}
    elif window.offset:
        parameters["offset"] = window.offset
    return parameters


@cache
def _prepared_page_with_count(shape: Shape) -> Prepared:
    return prepare(page_with_count(shape))


@cache
def _prepared_page(shape: Shape) -> Prepared:
    return prepare(page_alone(shape))


@cache
def _prepared_look_up(shape: Shape) -> Prepared:
    return prepare(look_up(shape))


def page_with_count(shape: Shape) -> Select[*tuple[Any, ...]]:
    """The page along its index, and the count; at least one row."""
    counted = select(func.count().label("counted")).select_from(_by_date(shape).subquery("matching"))
    return _with_deals(shape, _page(shape).subquery("page"), counted.subquery("all"))


def page_alone(shape: Shape) -> Select[*tuple[Any, ...]]:
    """The page alone."""
    return _with_deals(shape, _page(shape).subquery("page"))


def look_up(shape: Shape) -> Select[*tuple[Any, ...]]:
    """The count, and the page where the count is of all; at least one row."""
    key = _KEYS[shape.sort]
    matching = _by_date(shape).add_columns(key.indexed.label("key")).cte("matching").prefix_with("MATERIALIZED")
    counted = select(func.count().label("counted")).select_from(matching).subquery("all")
    rows = select(matching.c.id, matching.c.key)
    rows = rows.where(select(func.count()).select_from(matching).scalar_subquery() <= _COUNTED_MAX)
    chosen = _cut(shape, rows, matching.c.key, matching.c.id).subquery("chosen")
    page = (
        select(*of_a_job(searched_jobs), key.shown.label("key"))
        .join_from(chosen, searched_jobs, chosen.c.id == _jobs.id)
        .where(_is_of_the_tenant())
    )
    return _with_deals(shape, page.subquery("page"), counted)


def _page(shape: Shape) -> Select[*tuple[Any, ...]]:
    key = _KEYS[shape.sort]
    rows = select(*of_a_job(searched_jobs), key.shown.label("key")).where(*_conditions(shape))
    return _cut(shape, rows, key.indexed, _jobs.id)


def _cut(
    shape: Shape, rows: Select[*tuple[Any, ...]], key: ColumnElement[Any], number: ColumnElement[Any]
) -> Select[*tuple[Any, ...]]:
    """As many of the rows as are fetched, from where the window begins."""
    if shape.start == "after":
        there = tuple_(_KEYS[shape.sort].after, bindparam("after_id", type_=BigInteger))
        here = tuple_(key, number)
        rows = rows.where(here < there if shape.order is Direction.DESC else here > there)
    rows = rows.order_by(*_order(shape, key, number)).limit(bindparam("fetched", type_=Integer))
    return rows.offset(bindparam("offset", type_=Integer)) if shape.start == "offset" else rows


def _with_deals(shape: Shape, page: Any, counted: Any = None) -> Select[*tuple[Any, ...]]:
    """The page with each job's deal, beside the count."""
    deal, of_the_deal = deal_of(page)
    source = page if counted is None else counted.outerjoin(page, true())
    columns = [*of_a_job(page), *of_the_deal, page.c.key, *([] if counted is None else [counted.c.counted])]
    key = func.coalesce(page.c.key, NO_DATE) if shape.sort in _UNDATED_FIRST else page.c.key
    ordered = _order(shape, key, page.c.id)
    return select(*columns).select_from(source.outerjoin(deal, true())).order_by(*ordered)


_UNDATED_FIRST = frozenset({JobSort.APPLICATION_DATE, JobSort.RESUME})


def _by_date(shape: Shape) -> Select[*tuple[Any, ...]]:
    """As many as are counted."""
    walk = select(_jobs.id).where(*_conditions(shape)).order_by(_jobs.created_at.desc(), _jobs.id.desc())
    return walk.limit(_ONE_MORE)


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    conditions = [_is_of_the_tenant()]
    if shape.is_by_status:
        conditions.append(_jobs.status_id == bindparam("status", type_=SmallInteger))
    if shape.is_search:
        conditions.append(_jobs.search_text.like(func.lower(bindparam("pattern", type_=Text))))
    return conditions


def _is_of_the_tenant() -> ColumnElement[bool]:
    return _jobs.tenant_id == bindparam("tenant", type_=Text)


def _order(shape: Shape, *keys: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [key.desc() if shape.order is Direction.DESC else key.asc() for key in keys]


def _placed_jobs(rows: Sequence[Row[Any]]) -> list[Placed]:
    return [Placed(job_of(row), row.key) for row in rows if row.id is not None]
