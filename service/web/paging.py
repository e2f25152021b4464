"""Lists: `page` and `limit`, or `cursor` in place of `page`.

A slice's query struct extends `Paging`; its route asks `query.window(...)` for a `Window`, hands that to its operation,
and turns the `Listed` rows into a `Page` with `page_of(...)`.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from service.kernel.database.paging import COUNTED_MAX, Listed, Window
from service.kernel.errors import FieldError, InvalidRequest

Item = TypeVar("Item")
Row = TypeVar("Row")

LIMIT_MAX = 100
LIMIT_DEFAULT = 25
# PostgreSQL walks over every row it skips; whoever goes deeper follows the cursor.
OFFSET_MAX = 10_000
PAGE_MAX = OFFSET_MAX + 1
# The longest sort key is a title of 600 characters: some 2 450 of base64 where each takes three bytes.
CURSOR_MAX_CHARACTERS = 4_000

_CHECKSUM_BYTES = 8


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query of a list; extend it with the list's own filters."""

    page: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="From 1; excludes `cursor`.")] | None = None
    limit: Annotated[int, Meta(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: (
        Annotated[str, Meta(max_length=CURSOR_MAX_CHARACTERS, description="`next_cursor` of the page before.")] | None
    ) = None

    def __post_init__(self) -> None:
        if self.page is not None and self.cursor is not None:
            raise ValueError("`page` and `cursor` exclude each other")
        if ((self.page or 1) - 1) * self.limit > OFFSET_MAX:
            raise ValueError(f"a page begins at most {OFFSET_MAX} rows into a list; follow `next_cursor` to go deeper")

    def window(self, order: str, keys: Any) -> Window:
        """`order` names the list and its sort order: a cursor of another one is refused. `keys` is the tuple type of
        the sort keys, such as `tuple[datetime, UUID]`. Raises InvalidRequest."""
        if self.cursor is None:
            return Window(self.limit, ((self.page or 1) - 1) * self.limit)
        return Window(self.limit, after=_open(self.cursor, order, keys))


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page of a list. `total` is exact up to 10 000, and a lower bound above (`total_is_exact` is false)."""

    items: list[Item]
    page: int
    limit: int
    total: int
    total_is_exact: bool
    next_cursor: str | None


def page_of(
    query: Paging,
    listed: Listed[Row],
    *,
    order: str,
    position: Callable[[Row], tuple[Any, ...]],
    item: Callable[[Row], Item],
) -> Page[Item]:
    """`position` gives a row's sort keys (those of `Paging.window`), `item` its wire form."""
    number = query.page or 1 if query.cursor is None else _number(query.cursor)
    shown = listed.rows[: query.limit]
    has_more = len(listed.rows) > query.limit
    return Page(
        items=[item(row) for row in shown],
        page=number,
        limit=query.limit,
        total=min(listed.counted, COUNTED_MAX),
        total_is_exact=listed.counted <= COUNTED_MAX,
        next_cursor=_seal(order, number + 1, position(shown[-1])) if has_more else None,
    )


def _seal(order: str, number: int, keys: tuple[Any, ...]) -> str:
    content = msgspec.json.encode([number, keys])
    return base64.urlsafe_b64encode(_checksum(order, content) + content).decode("ascii").rstrip("=")


def _open(cursor: str, order: str, keys: Any) -> tuple[Any, ...]:
    """The checksum keeps out what was mistyped, cut or made up. It is no secret and need not be: a cursor only says
    where to go on among rows that the caller may see anyway."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        _, values = msgspec.json.decode(raw[_CHECKSUM_BYTES:], type=tuple[int, keys])
    except (ValueError, msgspec.DecodeError) as error:
        raise _not_a_cursor() from error
    if _checksum(order, raw[_CHECKSUM_BYTES:]) != raw[:_CHECKSUM_BYTES]:
        raise _not_a_cursor()
    return values


def _number(cursor: str) -> int:
    """The page a cursor leads to; `window` has checked the cursor."""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return msgspec.json.decode(raw[_CHECKSUM_BYTES:], type=tuple[int, Any])[0]


def _checksum(order: str, content: bytes) -> bytes:
    return hashlib.blake2b(order.encode() + b"\0" + content, digest_size=_CHECKSUM_BYTES, person=b"overture").digest()


def _not_a_cursor() -> InvalidRequest:
    what = "is not a cursor of this list in this order"
    return InvalidRequest(f"`cursor` {what}; begin again without it.", errors=[FieldError("/cursor", what)])
