"""Pages of a list and the number of its rows, over numbers that the server makes."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Row, func, select

from service.kernel.database import Database, Transaction, read_page
from service.kernel.database.paging import COUNTED_MAX, Listed, Window

pytestmark = pytest.mark.anyio


def number(row: Row[Any]) -> int:
    return row.number


async def page(db: Database, count: int, window: Window, *, is_descending: bool = True) -> Listed[int]:
    numbers = func.generate_series(1, count).table_valued("number").render_derived()

    async def unit(tx: Transaction) -> Listed[int]:
        keys = (numbers.c.number,)
        return await read_page(
            tx, select(numbers.c.number), keys=keys, item=number, window=window, is_descending=is_descending
        )

    return await db.run_system(unit)


@pytest.mark.parametrize(
    ("window", "is_descending", "rows", "counted"),
    [
        (Window(2), True, [5, 4, 3], 5),
        (Window(2), False, [1, 2, 3], 5),
        (Window(2, offset=2), True, [3, 2, 1], 5),
        (Window(2, after=(3,)), True, [2, 1], 5),
        (Window(2, after=(3,)), False, [4, 5], 5),
        (Window(2, offset=5), True, [], 5),
        (Window(2, after=(1,)), True, [], 5),
    ],
)
async def test_a_page_has_one_row_more_than_asked_for_and_the_number_of_all(
    db: Database, window: Window, is_descending: bool, rows: Sequence[int], counted: int
) -> None:
    assert await page(db, 5, window, is_descending=is_descending) == Listed(rows, counted)


async def test_an_empty_list_is_a_first_page_of_nothing(db: Database) -> None:
    assert await page(db, 0, Window(2)) == Listed([], 0)


async def test_nobody_counts_further_than_is_said(db: Database) -> None:
    assert (await page(db, 2 * COUNTED_MAX, Window(1))).counted == COUNTED_MAX + 1
