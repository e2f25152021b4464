"""How many years of work a résumé's dates cover, and how many a text speaks of. Pure."""

import re
from collections.abc import Iterable
from datetime import date

from service.resumes.model import Work

_DATE = re.compile(r"(?P<year>(?:19|20)\d\d)(?:-(?P<month>0[1-9]|1[0-2]))?")
_NUMBERS = {
    word: number
    for words in (
        "one two three four five six seven eight nine ten",
        "ein zwei drei vier fünf sechs sieben acht neun zehn",
        "un deux trois quatre cinq six sept huit neuf dix",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
    )
    for number, word in enumerate(words.split(), 1)
}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_NUMBERS)})"
_YEARS = re.compile(
    rf"\b(?P<least>{_NUMBER})\s*\+?\s*(?:(?:[-–—]|to|bis|à|a|or|oder|ou|o)\s*(?:{_NUMBER}|more|mehr|plus|más)\s*\+?\s*)?"
    r"(?:\w+\s+)?(?:years?|yrs?|jahren?|ans|années|años)\b",
    re.IGNORECASE,
)


def years_covered(entries: Iterable[Work], *, today: date) -> int:
    """Whole years in which somebody worked, times that overlap counted once."""
    covered: set[int] = set()
    for work in entries:
        begins = _month(work.startDate, is_end=False)
        if begins is not None:
            ends = _month(work.endDate, is_end=True)
            now = 12 * today.year + today.month
            covered.update(range(begins, min(now if ends is None else ends, now) + 1))
    return len(covered) // 12


def years_named(text: str) -> list[int]:
    """The least of each number of years: 3 of "3-5 years", 8 of "8+ years"."""
    found = (match["least"].casefold() for match in _YEARS.finditer(text))
    return [int(least) if least.isdigit() else _NUMBERS[least] for least in found]


def _month(written: str | None, *, is_end: bool) -> int | None:
    """A month's number since the year 0; a year alone is all of it. None where no date is written."""
    match = _DATE.search(written or "")
    if match is None:
        return None
    return 12 * int(match["year"]) + int(match["month"] or (12 if is_end else 1))
