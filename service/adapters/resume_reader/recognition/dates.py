"""When something was, as résumés write it in the vocabulary's languages, in ISO 8601 as JSON Resume has it. Pure."""

import re
from dataclasses import dataclass

from service import vocabulary
from service.adapters.resume_reader.recognition.words import pattern

# Nobody's résumé begins before 1940; what is planned ends within some years.
_YEAR = r"(?:19[4-9][0-9]|20[0-4][0-9])"
_NUMERIC_YEAR_FIRST = re.compile(rf"({_YEAR})[-./年]\s?([0-9]{{1,2}})(?:[-./月]\s?([0-9]{{1,2}})日?|月)?\Z")
_NUMERIC_YEAR_LAST = re.compile(rf"(?:(?:([0-9]{{1,2}})[./-])?([0-9]{{1,2}})[./-])?({_YEAR})\Z")
_ANY_YEAR = re.compile(_YEAR)


@dataclass(frozen=True, slots=True)
class Dates:
    """`text[start_at:end_at]` says it. `until` is None where it goes on; one date alone is both."""

    since: str
    until: str | None
    start_at: int
    end_at: int
    is_range: bool = True


_DATE = (
    r"(?:(?:(?:[0-9]{1,2}(?:st|nd|rd|th|er|\.)?\s{1,3}(?:de\s)?)?{months}\.?(?:\s{1,3}[0-9]{1,2}(?:st|nd|rd|th)?,)?"
    r"[,/]?\s{0,3}(?:de\s|del\s)?|{seasons}(?:\s(?:semester|term))?\s{1,3}(?:de\s)?"
    rf"|(?:[0-9]{{1,2}}[./-])?[0-9]{{1,2}}[./-])?{_YEAR}"
    r"(?:年\s?(?:(?:1[0-2]|0?[1-9])月(?:\s?[0-9]{1,2}日)?)?"
    r"|[-./](?:1[0-2]|0[1-9])(?:[-./](?:[0-2][0-9]|3[01]))?|[./][1-9](?![0-9./]))?)"
)
_LASTED = r"(?:[0-9]{1,2}\s?{durations}\.?,?\s{0,2}{until}?\s{0,2}){1,2}"
_BEFORE = r"(?:(?:{since}|{start})(?:\s{1,3}|(?<=['’]))(?:le\s|el\s)?)?"
_TO = r"\s{0,3}(?:[-–—−‒‐~〜]{1,3}|&|(?<!\w){until}(?!\w))\s{0,3}(?:el\s|le\s|l['’]|o\s)?"
_TAIL = rf"(?:\s{{0,3}}[·,]?\s?\(?{_LASTED}\)?(?!\w))?"
_EDGE = r"(?i)(?<![\w/.-])"
_RANGE = rf"{_EDGE}{_BEFORE}(?P<start>{_DATE}){_TO}(?P<end>{_DATE}|{{present}}(?!\w)){_TAIL}(?!\w)"
_OPEN = rf"{_EDGE}(?:{{since}}\s{{0,3}}(?P<since>{_DATE})|(?P<dash>{_DATE})\s?[-–—〜~](?=\s*\)?\s*$)){_TAIL}(?![\w/])"
_SINGLE = rf"{_EDGE}(?P<start>{_DATE})(?![\w/-])"
_MONTH = r"(?i)(?<!\w)({months})(?!\w)"
_DURATION = rf"(?i)[(·\s]*{_LASTED}[)\s]*"


def find(text: str) -> Dates | None:
    """The first range of dates of a line, else the first date in it. How long it was belongs to it: `(2 years)`."""
    if not _ANY_YEAR.search(text):
        return None
    if found := pattern(_RANGE).search(text):
        end = found["end"]
        until = iso(end) if any(character.isdigit() for character in end) else None
        return Dates(iso(found["start"]), until, *found.span())
    if found := pattern(_OPEN).search(text):
        return Dates(iso(found["since"] or found["dash"]), None, *found.span())
    if found := pattern(_SINGLE).search(text):
        date = iso(found["start"])
        return Dates(date, date, *found.span(), is_range=False)
    return None


def cut_dates(text: str) -> tuple[str, Dates | None]:
    """What a line says besides its dates, a gap in their place; and these."""
    dates = find(text)
    return (f"{text[: dates.start_at]}\t{text[dates.end_at :]}" if dates else text), dates


def is_duration(text: str) -> bool:
    """`4 years 11 months`, which the dates beside it say too."""
    return pattern(_DURATION).fullmatch(text) is not None


def iso(date: str) -> str:
    """`Jan. 2020` is 2020-01, `15.03.2021` 2021-03-15; a season, or a month that is none, leaves the year."""
    bare = date.strip()
    if found := _NUMERIC_YEAR_FIRST.match(bare):
        return _joined(found[1], found[2], found[3])
    years = _ANY_YEAR.findall(bare)
    year = years[-1] if years else bare[-4:]
    if named := pattern(_MONTH).search(bare):
        return _joined(year, f"{vocabulary.months()[named[1].lower()]:02}", None)
    if found := _NUMERIC_YEAR_LAST.match(bare):
        first, second = found[1], found[2]
        if "/" in bare and first is not None and int(first) <= 12 and first != second:
            # 02/03 is in March for most and in February for some; 02/15 is February's.
            return _joined(year, first, second) if int(second) > 12 else year
        return _joined(found[3], second, first)
    return year


def _joined(year: str, month: str | None, day: str | None) -> str:
    if month is None or not 1 <= int(month) <= 12:
        return year
    if day is None or not 1 <= int(day) <= 31:
        return f"{year}-{int(month):02}"
    return f"{year}-{int(month):02}-{int(day):02}"
