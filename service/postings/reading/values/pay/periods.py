"""How often pay comes: `per year`, `p. a.`, `/Std.`, `brut mensuel`, `al mes`, Jahresgehalt, 年収."""

import re
from functools import cache

from service import vocabulary
from service.postings.model import Period
from service.postings.reading.text.phrases import words_in
from service.postings.reading.values.pay.amounts import currency_of

# How far from an amount its period may stand.
WITHIN_CHARS = 80
# Nobody writes a unit longer than this.
UNIT_MAX_CHARS = 100

_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+")
_ABBREVIATED: dict[str, Period] = {"p.a.": "year", "p.m.": "month"}
# Behind an amount: another number, or the next clause. Before it a bracket belongs to the clause: "Gehalt (jährlich):".
_ENDS = re.compile(r"\d|[;,|•\n]|[!?]|\.\s(?=[^\W\d_a-z])")
_BEGINS = re.compile(r"[;,|•\n]|[.!?]\s(?=[^\W\d_a-z])")


def period_of(written: str) -> Period | None:
    """`YEAR`, `per year`, `annual` ... as structured data writes its unit."""
    words = (match[0] for match in _WORD.finditer(written[:UNIT_MAX_CHARS]))
    return next((period for word in words if (period := _named(word))), None)


def behind(line: str, end: int) -> tuple[Period, int] | None:
    """The period written behind an amount, over nothing but words that lead to one, and where it ends."""
    after = line[end : end + WITHIN_CHARS]
    stop = _ENDS.search(after)
    after = after[: stop.start()] if stop else after
    for match in _WORD.finditer(after):
        abbreviated = _ABBREVIATED.get(after[match.start() : match.start() + 5].lower().replace(" ", "")[:4])
        if period := abbreviated or _named(match[0]):
            return period, end + (after.index(".", match.end() + 1) + 1 if abbreviated else match.end())
        if match[0].lower() not in _fillers() and not currency_of(match[0]):
            return None
    return None


def before(line: str, start: int) -> Period | None:
    """The nearest period named before an amount in its clause."""
    clause = _BEGINS.split(line[max(0, start - WITHIN_CHARS) : start])[-1]
    return next((period for word in reversed(_WORD.findall(clause)) if (period := _named(word))), None)


def _named(word: str) -> Period | None:
    lower = word.lower()
    return _periods().get(lower) or next((period for part, period in _compounds().items() if part in lower), None)


@cache
def _periods() -> dict[str, Period]:
    tables = [language.posting.periods for language in vocabulary.languages().values()]
    return {word: period for table in tables for period, words in table.items() for word in words}


@cache
def _compounds() -> dict[str, Period]:
    """Jahresgehalt, Bruttojahresgehalt, Monatslohn, Stundensatz, Tagessatz."""
    tables = [language.posting.period_compounds for language in vocabulary.languages().values()]
    return {part: period for table in tables for period, parts in table.items() for part in parts}


@cache
def _fillers() -> frozenset[str]:
    """What may stand between an amount and its period: "60 000 € brut par an", "€14 gross an hour"."""
    return words_in(lambda language: language.posting.pay.fillers)
