"""Pages and cursors: what is asked for, what is answered, and which cursors are refused."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from service.kernel.database.paging import COUNTED_MAX, Listed, Window
from service.kernel.errors import InvalidRequest
from service.web.decoding import decode_query
from service.web.paging import OFFSET_MAX, Page, Paging, page_of

ORDER = "emails by date"
KEYS = tuple[datetime, UUID]


@dataclass(frozen=True)
class Entry:
    at: datetime
    id: UUID


ENTRIES = [Entry(datetime(2026, 1, day, tzinfo=UTC), UUID(int=day)) for day in range(1, 8)]


def asked(query: str) -> Paging:
    return decode_query(query.encode(), Paging)


def answered(query: Paging, rows: list[Entry], counted: int = 7, order: str = ORDER) -> Page[str]:
    return page_of(
        query, Listed(rows, counted), order=order, position=lambda row: (row.at, row.id), item=lambda row: str(row.id)
    )


def test_nothing_said_is_the_first_page() -> None:
    assert asked("").window(ORDER, KEYS) == Window(25, 0)
    assert asked("").window(ORDER, KEYS).fetched == 26


def test_a_page_skips_those_before_it() -> None:
    assert asked("page=3&limit=10").window(ORDER, KEYS) == Window(10, 20)


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=1.5",
        "limit=0",
        "limit=101",
        "limit=1000000000",
        "page=1000000000",
        f"page={OFFSET_MAX // 100 + 2}&limit=100",
        "page=1&cursor=AAAA",
        "orderBy=name;drop",
    ],
)
def test_out_of_range_is_refused(query: str) -> None:
    with pytest.raises(InvalidRequest):
        asked(query)


def test_the_cursor_leads_on_from_the_last_row_shown() -> None:
    first = answered(asked("limit=3"), ENTRIES[:4])
    assert (len(first.items), first.page) == (3, 1)
    second = asked(f"limit=3&cursor={first.next_cursor}")
    assert second.window(ORDER, KEYS) == Window(3, after=(ENTRIES[2].at, ENTRIES[2].id))
    third = answered(second, ENTRIES[3:7])
    assert third.page == 2
    assert third.next_cursor is not None


def test_the_last_page_has_no_cursor() -> None:
    assert answered(asked("limit=7"), ENTRIES).next_cursor is None
    assert answered(asked(""), []).next_cursor is None


def test_the_total_is_exact_up_to_ten_thousand() -> None:
    assert answered(asked(""), ENTRIES, COUNTED_MAX).total_is_exact
    beyond = answered(asked(""), ENTRIES, COUNTED_MAX + 1)
    assert (beyond.total, beyond.total_is_exact) == (COUNTED_MAX, False)


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = answered(asked("limit=3"), ENTRIES[:4], order="emails by name").next_cursor
    with pytest.raises(InvalidRequest):
        asked(f"cursor={cursor}").window(ORDER, KEYS)


def test_every_change_of_a_cursor_is_refused() -> None:
    cursor = answered(asked("limit=3"), ENTRIES[:4]).next_cursor or ""
    for place in range(len(cursor) - 1):  # the last character may hold bits that decode to nothing
        forged = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(InvalidRequest) as raised:
            asked(f"cursor={forged}").window(ORDER, KEYS)
        assert raised.value.errors[0].pointer == "/cursor"


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "%00", "é", "W10", "' OR 1=1--", "A" * 1000])
def test_made_up_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        Paging(cursor=cursor).window(ORDER, KEYS)


def test_a_cursor_holds_the_longest_key_there_is() -> None:
    query = asked("limit=1")
    keys = ("漢" * 600, 2**63 - 1)
    page = page_of(query, Listed(ENTRIES[:2], 2), order=ORDER, position=lambda _: keys, item=lambda row: str(row.id))
    window = asked(f"limit=1&cursor={page.next_cursor}").window(ORDER, tuple[str, int])
    assert window.after == keys
