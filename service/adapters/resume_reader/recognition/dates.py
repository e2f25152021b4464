"""When something was, as résumés write it in English, German, French and Spanish, in ISO 8601 as JSON Resume has it."""

import re
from dataclasses import dataclass

# Nobody's résumé begins before; what is planned ends within some years.
YEAR_FIRST, YEAR_LAST = 1940, 2049

_MONTHS = {
    1: "january jan jänner januar janvier janv enero ene",
    2: "february feb februar février fevrier févr fevr fév febrero",
    3: "march mar märz maerz mrz mars marzo",
    4: "april apr avril avr abril abr",
    5: "may mai mayo",
    6: "june jun juni juin junio",
    7: "july jul juli juillet juil julio",
    8: "august aug août aout agosto ago",
    9: "september sept sep septembre septiembre setiembre",
    10: "october oct oktober okt octobre octubre",
    11: "november nov novembre noviembre",
    12: "december dec dezember dez décembre decembre déc diciembre dic",
}
_MONTH_NUMBERS = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NOW = (
    "present|now|today|current|currently|ongoing|to date|heute|jetzt|aktuell|laufend|aujourd['’]hui|présent|actuel|"
    "en cours|ce jour|actualidad|actualmente|presente|actual|la fecha|hoy"
)
_SEASONS = (
    "spring|summer|fall|autumn|winter|frühjahr|frühling|sommer|herbst|printemps|été|automne|hiver|primavera|verano|"
    "otoño|invierno|ws|ss|wise|sose"
)
_NAMES = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_YEAR = r"(?:19[4-9][0-9]|20[0-4][0-9])"
_DAY_AND_MONTH = (
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th|er|\.)?\s{{1,3}})?(?:{_NAMES})\.?(?:\s{{1,3}}[0-9]{{1,2}}(?:st|nd|rd|th)?,)?"
)
_DATE = (
    rf"(?:(?:{_DAY_AND_MONTH}[,/]?\s{{0,3}}(?:de\s|del\s)?|(?:{_SEASONS})(?:\s(?:semester|term))?\s{{1,3}}(?:de\s)?"
    rf"|(?:[0-9]{{1,2}}[./-])?[0-9]{{1,2}}[./-])?{_YEAR}(?:[-./](?:1[0-2]|0[1-9])(?:[-./](?:[0-2][0-9]|3[01]))?)?)"
)
_TO = (
    r"\s{0,3}(?:[-–—−‒‐~]{1,3}|&|\b(?:to|until|till|through|and|bis|und|à|au|et|hasta|al?|y)\b)\s{0,3}"
    r"(?:el\s|le\s|l['’])?"
)
_SINCE = r"(?:since|from|seit|ab|von|depuis|dès|de|du|desde)\s{1,3}(?:le\s|el\s)?"
_EDGE = r"(?<![\w/.-])"
_RANGE = re.compile(rf"{_EDGE}(?:{_SINCE})?(?P<start>{_DATE}){_TO}(?P<end>{_DATE}|(?:{_NOW})\b)(?!\w)", re.IGNORECASE)
_OPEN = re.compile(
    rf"{_EDGE}(?:(?:since|seit|ab|depuis|dès|desde)\s{{1,3}}(?P<since>{_DATE})|(?P<dash>{_DATE})\s?[-–—](?=\s*$))(?![\w/])",
    re.IGNORECASE,
)
_SINGLE = re.compile(rf"{_EDGE}(?P<start>{_DATE})(?![\w/-])", re.IGNORECASE)

_NAMED = re.compile(rf"({_NAMES})\b", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"({_YEAR})[-./]([0-9][0-9])(?:[-./]([0-9][0-9]))?\Z")
_YEAR_LAST = re.compile(rf"(?:(?:([0-9]{{1,2}})[./-])?([0-9]{{1,2}})[./-])?({_YEAR})\Z")


@dataclass(frozen=True, slots=True)
class Dates:
    """`text[start_at:end_at]` says it. `until` is None where it goes on; one date alone is both."""

    since: str
    until: str | None
    start_at: int
    end_at: int
    is_range: bool = True


def find(text: str) -> Dates | None:
    """The first range of dates of a line, else the first date in it."""
    if not any(character.isdigit() for character in text):
        return None
    if found := _RANGE.search(text):
        end = found["end"]
        until = iso(end) if any(character.isdigit() for character in end) else None
        return Dates(iso(found["start"]), until, *found.span())
    if found := _OPEN.search(text):
        return Dates(iso(found["since"] or found["dash"]), None, *found.span())
    if found := _SINGLE.search(text):
        date = iso(found["start"])
        return Dates(date, date, *found.span(), is_range=False)
    return None


def iso(date: str) -> str:
    """`Jan. 2020` is 2020-01, `15.03.2021` 2021-03-15; a season, or a month that is none, leaves the year."""
    bare = date.strip()
    if found := _YEAR_FIRST.match(bare):
        return _joined(found[1], found[2], found[3])
    year = bare[-4:]
    if named := _NAMED.search(bare):
        return _joined(year, f"{_MONTH_NUMBERS[named[1].lower()]:02}", None)
    if found := _YEAR_LAST.match(bare):
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
