"""Pay as structured data states it: two ends, a currency and a unit under names of their own, or all in one string.

The one way in for schema.org, boards and application state. An end that is not stated stays open; 0 and 1 are how
sites write that they do not say; an amount that nobody is paid in its unit is not repeated as one.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from service.postings.model import LINE_MAX_CHARS, Salary
from service.postings.reading.findings import Finding, Span
from service.postings.reading.values.pay import amounts, periods, salary

# A number as data or people write it; `None` and texts without a digit ("Competitive") state nothing.
End: TypeAlias = Decimal | str | None

# No more than this stands for an amount that is not told.
PLACEHOLDER_MAX = 1

_NUMBER = re.compile(r"[\d.,'’ \u00a0\u202f]{1,30}(?:[.,][-–—]{1,2})?")
_DIGIT = re.compile(r"\d")


def ranged(least: End, most: End, currency: str, unit: str, *, note: str = "", label: str = "salary") -> Finding | None:
    """Two ends in the currency's major unit, as far as they are stated; `unit` is the period in the site's words,
    `note` what it adds. Without a currency, or where no end is credible, the text alone."""
    ends = (_end(least), _end(most))
    texts = [end for end in ends if isinstance(end, str)]
    if texts:
        words = dict.fromkeys(end if isinstance(end, str) else f"{end:f}" for end in ends if end is not None)
        return written(" - ".join(words), currency, unit, label=label)
    low, high = (end for end in ends if not isinstance(end, str))
    stated = sorted(end for end in (low, high) if end is not None)
    if not stated:
        return None
    code = amounts.currency_of(currency)
    period = periods.period_of(unit) or periods.period_of(note)
    lead = "" if low is not None and high is not None else "up to" if low is None else "from"
    figures = " - ".join(dict.fromkeys(f"{end:f}" for end in stated))
    words = (lead, currency, figures, f"per {period}" if period else "", f"({note})" if note else "")
    text = " ".join(word for word in words if word)[:LINE_MAX_CHARS]
    read = Salary(text=text)
    if code is not None:
        minor = [amounts.minor(end, code) for end in stated]
        period = period or salary.usual_period(stated[-1], code)
        read = Salary(minor[0] if low else None, minor[-1] if high else None, code, period, text)
    return Finding("salary", _credible(read), (text,), label=label)


def written(text: str, currency: str = "", unit: str = "", *, span: Span | None = None, label: str) -> Finding | None:
    """Pay in one string, whose currency and unit may stand apart from it: on a page, where the string is at `span`,
    before or behind it."""
    period = f" per {periods.period_of(unit)}" if periods.period_of(unit) else ""
    found = salary.parse(f"{currency} {text}{period}".strip())
    if found is None:
        return None
    read = found[0]
    ways = [way.strip() for way in (text, f"{currency} {text}", f"{text} {currency}", f"{currency} {text}{period}")]
    telling = tuple(way for way in ways if _says(way, read)) or (ways[-1],)
    shown = telling[0][:LINE_MAX_CHARS]
    read = Salary(read.min, read.max, read.currency, read.period, shown)
    return Finding("salary", _credible(read), telling, span if telling[0] == text else None, label=label)


def _says(way: str, read: Salary) -> bool:
    found = salary.parse(way)
    return found is not None and _values(found[0]) == _values(read)


def _values(read: Salary) -> Sequence[object]:
    return (read.min, read.max, read.currency, read.period)


def _credible(read: Salary) -> Salary:
    """Each end for itself: "up to 99999999" leaves the lower one. What else is meant is not guessed."""
    low, high = (
        end if end is not None and salary.is_credible(Salary(end, end, read.currency, read.period)) else None
        for end in (read.min, read.max)
    )
    is_any = low is not None or high is not None
    return Salary(low, high, read.currency, read.period, read.text) if is_any else Salary(text=read.text)


def _end(value: End) -> Decimal | str | None:
    if isinstance(value, str):
        bare = value.strip()[:LINE_MAX_CHARS]
        number = amounts.number(bare) if _NUMBER.fullmatch(bare) else None
        if number is None:
            return bare if _DIGIT.search(bare) else None
        value = number
    is_stated = value is not None and value.is_finite() and PLACEHOLDER_MAX < value <= amounts.AMOUNT_MAX
    return value if is_stated else None
