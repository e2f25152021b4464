"""Dates as postings write them. A date without a time is the start of its day in UTC, or its end where it says until
when; what cannot be told apart (03/04/2025) is not a date."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from service.postings.reading.findings import Span

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
DAY_MONTH_YEAR = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.|er|\.?º)?\s(?:(?:de|of)\s)?([^\W\d_]{3,10})\.?,?\s(?:del?\s)?(\d{4})(?!\d)"
)
MONTH_DAY_YEAR = re.compile(r"(?<![^\W_])([^\W\d_]{3,10})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})(?!\d)")
AGO = re.compile(
    r"(?<![^\W_])(?:(?P<en>\d{1,3})\+?\s?(?P<en_unit>minute|hour|day|week|month|h|d)s?\sago"
    r"|(?:vor|il y a|hace)\s(?:mehr als\s|über\s|plus de?\s|más de\s|ca\.\s)?"
    r"(?P<n>\d{1,3}|eine[mr]|une?|una?)\+?\s?"
    r"(?P<unit>minut|stunde|std|tag|woche|monat|heure|jour|semaine|mois|hora|día|semana|mes|h(?![^\W_])|j(?![^\W_])))",
    re.IGNORECASE,
)
# "Posted today": only where the line says what was done then.
DAY_NAMED = re.compile(
    r"(?:posted|published|listed|veröffentlicht|online seit|eingestellt|publiée?|postée?|mise? en ligne|publicad[oa])"
    r":?\s(?P<day>today|yesterday|just now|heute|gestern|gerade eben|aujourd['’]hui|hier|hoy|ayer)(?![^\W_])",
    re.IGNORECASE,
)
_YESTERDAYS = frozenset(("yesterday", "gestern", "hier", "ayer"))

_MONTHS = (
    "january jan januar jänner janvier janv enero ene",
    "february feb februar feber février fevrier févr fév febrero",
    "march mar märz mrz mars marzo",
    "april apr avril avr abril abr",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet juil julio",
    "august aug août aout agosto ago",
    "september sep sept septembre septiembre setiembre",
    "october oct oktober okt octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember dez décembre decembre déc diciembre dic",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_UNIT_DAYS = {
    **dict.fromkeys(("minute", "minut", "hour", "h", "stunde", "std", "heure", "hora"), 0),
    **dict.fromkeys(("day", "d", "tag", "jour", "j", "día"), 1),
    **dict.fromkeys(("week", "woche", "semaine", "semana"), 7),
    **dict.fromkeys(("month", "monat", "mois", "mes"), 30),
}


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
        (DOTTED, "dmy"),
        (SLASHED, "dmy" if day_first else "slash"),
        (DAY_MONTH_YEAR, "dmy"),
        (MONTH_DAY_YEAR, "mdy"),
    ):
        for match in pattern.finditer(text):
            at = _iso(match, end_of_day=end_of_day) if order == "iso" else _day(match, order, end_of_day=end_of_day)
            if at is not None:
                return at, match.span()
    return None


def ago(text: str, *, now: datetime) -> tuple[datetime, Span] | None:
    """`3 days ago`, `vor 3 Tagen`: the day that was."""
    if match := AGO.search(text):
        count, unit = (match["en"], match["en_unit"]) if match["en"] else (match["n"], match["unit"])
        days = (int(count) if count.isdecimal() else 1) * _UNIT_DAYS[unit.lower()]
        return _midnight(now, days), match.span()
    if match := DAY_NAMED.search(text):
        return _midnight(now, 1 if match["day"].lower() in _YESTERDAYS else 0), match.span("day")
    return None


def is_day_first(language: str) -> bool:
    """Does the language of a page (BCP 47) write the day before the month? Of English only some countries' does."""
    language = language.lower()
    return bool(language) and (not language.startswith("en") or language in _DAY_FIRST_ENGLISH)


_DAY_FIRST_ENGLISH = frozenset(f"en-{country}" for country in ("gb", "ie", "au", "nz", "in", "za", "sg"))


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
    first, second, year = match.groups()
    if order == "slash":
        day, month = (int(first), int(second)) if int(first) > 12 else (int(second), int(first))
        if day <= 12 and day != month:
            return None
    elif order == "mdy":
        day, month = int(second), MONTHS.get(first.lower(), 0)
    else:
        day, month = int(first), int(second) if second.isdecimal() else MONTHS.get(second.lower(), 0)
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
