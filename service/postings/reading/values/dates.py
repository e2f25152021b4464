"""Dates as postings write them. A date without a time is the start of its day in UTC, or its end where it says until
when; what cannot be told apart (03/04/2025) is not a date."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

from service import vocabulary
from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import CJK, any_of

# Nothing before is a job posting's date, nothing after is a plan.
YEAR_MIN, YEAR_MAX = 1990, 2100
# Seconds of the year 2001 have ten digits, milliseconds thirteen.
MILLISECONDS_FROM = 10**11

ISO = re.compile(
    r"(?<!\d)(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?(?!\d)"
)
# "31.12.26" is a date, "1.12.26" may be a version: two digits of a year only behind two of the month.
DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|(?<=\d\d\.)[23]\d)(?![\d.]*\d)")
SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
# Japanese and Chinese.
COUNTED = re.compile(r"(?<!\d)(\d{4})年\s?(\d{1,2})月\s?(\d{1,2})日")
MONTH_DAY_YEAR = re.compile(r"(?<![^\W_])([^\W\d_]{3,12})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})(?!\d)")
_UNIT_DAYS = {"minute": 0, "hour": 0, "day": 1, "week": 7, "month": 30}
_DAY_FIRST_ENGLISH = frozenset(f"en-{country}" for country in ("gb", "ie", "au", "nz", "in", "za", "sg"))


@cache
def _day_month_year() -> re.Pattern[str]:
    ordinals, joins = any_of(lambda language: language.posting.dates.ordinals), _any_of("joins")
    return re.compile(
        rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.|\.?º|{ordinals})?\s(?:{joins}\s)?([^\W\d_]{{3,12}})\.?,?"
        rf"\s(?:{joins}\s)?(\d{{4}})(?!\d)",
        re.IGNORECASE,
    )


@cache
def _ago() -> re.Pattern[str]:
    """Units are beginnings of words ("Tag", "Tagen"), single letters are not."""
    units = "|".join(
        sorted(
            (f"{unit}(?![^\\W_])" if len(unit) == 1 and unit.isascii() else unit for unit in _units()),
            key=len,
            reverse=True,
        )
    )
    return re.compile(
        rf"(?<![^\W{CJK}_])(?:(?P<count>\d{{1,3}})\+?\s?(?P<unit>{units})[^\W\d_]{{0,4}}\s?{_any_of('behind')}(?![^\W{CJK}_])"
        rf"|{_any_of('before')}\s(?:{_any_of('more')}['’]?\s?)?"
        rf"(?P<later_count>\d{{1,3}}|{_any_of('one')})\+?\s?(?P<later_unit>{units}))",
        re.IGNORECASE,
    )


@cache
def _units() -> dict[str, int]:
    tables = (
        (days, vocabulary.phrases(lambda language, unit=unit: getattr(language.posting.dates, unit)))
        for unit, days in _UNIT_DAYS.items()
    )
    return {written: days for days, table in tables for written in table}


@cache
def _day_named() -> re.Pattern[str]:
    """ "Posted today": only where the line says what was done then."""
    days = rf"(?P<yesterday>{_any_of('yesterday')})|{_any_of('today')}"
    return re.compile(rf"{_any_of('posted')}:?\s?(?P<day>{days})(?![^\W{CJK}_])", re.IGNORECASE)


def _any_of(table: str) -> str:
    return any_of(lambda language: getattr(language.posting.dates, table))


def parse(written: str, *, end_of_day: bool = False) -> datetime | None:
    """The instant a machine-readable value states: ISO 8601 and its relatives, RFC 2822, Unix time, or prose."""
    written = written.strip()[:100]
    if written.isdecimal() and len(written) in (10, 13):
        number = int(written)
        return _bounded(datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS_FROM else number, UTC))
    if found := find(written, end_of_day=end_of_day):
        return found[0]
    try:
        return _bounded(_utc(parsedate_to_datetime(written)))
    except (ValueError, TypeError, OverflowError):  # the ways the standard library says that it is not a date
        return None


def find(text: str, *, end_of_day: bool = False, day_first: bool = False) -> tuple[datetime, Span] | None:
    """The first date in a line, and where it stands. `day_first` where the language writes 03/04 for the third of
    April; without it such a date cannot be told."""
    for pattern, order in (
        (ISO, "iso"),
        (COUNTED, "ymd"),
        (DOTTED, "dmy"),
        (SLASHED, "dmy" if day_first else "slash"),
        (_day_month_year(), "dmy"),
        (MONTH_DAY_YEAR, "mdy"),
    ):
        for match in pattern.finditer(text):
            at = _iso(match, end_of_day=end_of_day) if order == "iso" else _day(match, order, end_of_day=end_of_day)
            if at is not None:
                return at, match.span()
    return None


def ago(text: str, *, now: datetime) -> tuple[datetime, Span] | None:
    """`3 days ago`, `vor 3 Tagen`: the day that was."""
    if match := _ago().search(text):
        count, unit = match["count"] or match["later_count"], match["unit"] or match["later_unit"]
        days = (int(count) if count.isdecimal() else 1) * _units()[unit.lower()]
        return _midnight(now, days), match.span()
    if match := _day_named().search(text):
        return _midnight(now, 1 if match["yesterday"] else 0), match.span("day")
    return None


def is_day_first(language: str) -> bool:
    """Does the language of a page (BCP 47) write the day before the month? Of English only some countries' does."""
    language = language.lower()
    return bool(language) and (not language.startswith("en") or language in _DAY_FIRST_ENGLISH)


def _midnight(now: datetime, days_ago: int) -> datetime:
    day = now.astimezone(UTC) - timedelta(days=days_ago)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _iso(match: re.Match[str], *, end_of_day: bool) -> datetime | None:
    year, month, day, hour, minute, second, zone = match.groups()
    if hour is None:
        return _date(int(year), int(month), int(day), end_of_day=end_of_day)
    offset = zone if zone and zone[0] in "+-" else "+00:00"
    try:
        return _bounded(_utc(datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{offset}")))
    except (ValueError, OverflowError):
        return None


def _day(match: re.Match[str], order: str, *, end_of_day: bool) -> datetime | None:
    first, second, year = match.groups() if order != "ymd" else reversed(match.groups())
    if order == "slash":
        day, month = (int(first), int(second)) if int(first) > 12 else (int(second), int(first))
        if day <= 12 and day != month:
            return None
    elif order == "mdy":
        day, month = int(second), vocabulary.months().get(first.lower(), 0)
    else:
        day, month = int(first), int(second) if second.isdecimal() else vocabulary.months().get(second.lower(), 0)
    return _date(int(year) + (2000 if len(year) == 2 else 0), month, day, end_of_day=end_of_day)


def _date(year: int, month: int, day: int, *, end_of_day: bool) -> datetime | None:
    try:
        at = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    return _bounded(at + timedelta(hours=23, minutes=59, seconds=59) if end_of_day else at)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _bounded(at: datetime) -> datetime | None:
    return at if YEAR_MIN <= at.year <= YEAR_MAX else None
