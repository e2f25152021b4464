"""The fields that requests of the CRM share, and how a date in them is read."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated

import msgspec
from msgspec import Meta

from service.crm.model import (
    DESCRIPTION_MAX_CHARS,
    LINE_MAX_CHARS,
    NOTES_MAX_CHARS,
    SEARCH_MAX_CHARS,
    STATUSES,
    URL_MAX_CHARS,
    Status,
)
from service.kernel.errors import FieldError, InvalidRequest
from service.web.decoding import INTEGER_MAX, NO_NUL, ONE_LINE

# An instant of RFC 3339 with nine places of a second.
INSTANT_MAX_CHARS = 40
# Whoever looks for work had been born by then, and will have stopped. The ends of the calendar would be worse than
# wrong: the database's driver takes them for infinity, which no file and no other answer can say.
YEAR_MIN, YEAR_MAX = 1900, 2200

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Line = Annotated[str, Meta(min_length=1, max_length=LINE_MAX_CHARS, pattern=NO_NUL)]
OptionalLine = Annotated[str, Meta(max_length=LINE_MAX_CHARS, pattern=NO_NUL)]
Url = Annotated[str, Meta(max_length=URL_MAX_CHARS, pattern=NO_NUL)]
Description = Annotated[str, Meta(max_length=DESCRIPTION_MAX_CHARS, pattern=NO_NUL)]
Notes = Annotated[str, Meta(max_length=NOTES_MAX_CHARS, pattern=NO_NUL)]
Number = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
StatusName = Annotated[
    str, Meta(max_length=20, description=f"In any case: {', '.join(STATUSES)}.", examples=[str(Status.APPLIED)])
]
Instant = Annotated[
    str,
    Meta(
        max_length=INSTANT_MAX_CHARS,
        description="An instant (RFC 3339), or a date, which is its midnight in UTC; of the years "
        f"{YEAR_MIN} to {YEAR_MAX}.",
        examples=["2026-01-31", "2026-01-31T09:30:00Z"],
    ),
]
JobSearch = Annotated[
    str,
    Meta(
        max_length=SEARCH_MAX_CHARS,
        pattern=ONE_LINE,
        description="A substring of company or job title, in any case; taken literally.",
    ),
]
NameSearch = Annotated[
    str,
    Meta(
        max_length=SEARCH_MAX_CHARS,
        pattern=ONE_LINE,
        description="A substring of the name, in any case; taken literally.",
    ),
]

# A cursor's keys: what a list is sorted by, and a row's number.
InstantKeys = tuple[datetime, Number]
OptionalInstantKeys = tuple[datetime | None, Number]
WordKeys = tuple[Annotated[str, Meta(pattern=NO_NUL)], Number]


def instant(text: str, *, pointer: str) -> datetime:
    """An instant, or midnight in UTC of a date. Raises InvalidRequest."""
    try:
        if _DATE.fullmatch(text):
            meant = datetime.combine(date.fromisoformat(text), time(), UTC)
        else:
            meant = msgspec.convert(text, Annotated[datetime, Meta(tz=True)]).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_instant(pointer, "is neither a date (2026-01-31) nor an instant (2026-01-31T09:30:00Z)") from error
    if not YEAR_MIN <= meant.year <= YEAR_MAX:
        raise _no_instant(pointer, f"is not in the years {YEAR_MIN} to {YEAR_MAX} (UTC)")
    return meant


def _no_instant(pointer: str, what: str) -> InvalidRequest:
    return InvalidRequest(f"`{pointer.removeprefix('/')}` {what}.", errors=[FieldError(pointer, what)])
