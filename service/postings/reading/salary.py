"""Salaries: one amount or a range, its currency, its period. Amounts come out in the currency's minor unit."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import NamedTuple

from service.postings.model import LINE_MAX_CHARS, Period, Salary
from service.postings.reading.findings import Span
from service.postings.reading.phrases import listed

# A line about pay is a line; what is longer is searched no further.
LINE_READ_MAX_CHARS = 600
# A line with more numbers is a table or a telephone list.
AMOUNTS_MAX = 8
# No salary has more digits than this, in any currency.
AMOUNT_MAX = Decimal(10**12)
# The words around an amount that can still be its period: "60 000 € brut par an", "annual salary of $60,000".
PERIOD_WITHIN_CHARS = 32
# Where no period is written: less is a bonus or an hourly rate, more is a company's funding.
YEARLY_MIN, YEARLY_MAX = Decimal(5_000), Decimal(5_000_000)

_CODES = """
    USD EUR GBP CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN INR JPY CNY HKD SGD KRW BRL MXN ARS CLP COP ZAR ILS
    TRY AED SAR UAH RUB THB IDR MYR PHP VND ISK KWD BHD"""
CODES = tuple(_CODES.split())
_OTHER_NAMES = """
    EUR € Euro Euros euro euros; GBP £ pounds; JPY ¥; INR ₹; RUB ₽; PLN zł; CZK Kč; TRY ₺; KRW ₩; USD $ US$ dollars;
    CAD C$ CA$; AUD A$ AU$; NZD NZ$; SGD S$; HKD HK$; BRL R$; CHF Franken"""
CURRENCIES = {
    **{code: code for code in CODES},
    **{name: names.split()[0] for names in listed(_OTHER_NAMES) for name in names.split()[1:]},
}
# ISO 4217 minor units where they are not two digits.
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3}

_CURRENCY = (
    r"(?:(?:US|CA|AU|NZ|HK|[CASR])?\$|[€£¥₹₽₺₩]|(?<![^\W_])(?:zł|Kč|[Ee]uros?|dollars|pounds|Franken|"
    + "|".join(CODES)
    + r")(?![^\W_]))"
)
_THOUSANDS = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3}){1,3}(?![\d])(?:[.,]\d{1,2}(?!\d))?"
_PLAIN = r"\d{1,9}(?:[.,]\d{1,2}(?!\d))?"
AMOUNT = re.compile(
    rf"(?:(?P<before>{_CURRENCY})[ \u00a0\u202f]?)?(?<![\w.,])(?P<number>{_THOUSANDS}|{_PLAIN})"
    rf"(?:[ \u00a0]?(?P<k>[kK])(?![^\W_]))?(?![\d%])(?:[ \u00a0\u202f]?(?P<after>{_CURRENCY}))?"
)
RANGE = re.compile(r"\s{0,2}(?:-|–|—|−|to|up to|bis|à|y|and|und|a|et)\s{0,2}")
MILLIONS = re.compile(
    r"[ \u00a0]?(?:[mMbB](?![^\W_])|[Mm]n(?![^\W_])|[Mm]io|[Mm]rd|million|billion|\+? (?:users|customers))"
)
WORD = re.compile(r"[^\W\d_]{1,15}")
_PERIODS: dict[Period, str] = {
    "hour": "hour hourly hr h stunde std heure hora",
    "day": "day daily diem tag tagessatz jour jours día",
    "week": "week weekly woche semaine semana",
    "month": "month monthly monat monatlich mois mensuel mes mensual mensuales",
    "year": "year yearly annual annually annum yr jahr jährlich jahresgehalt an ans annuel año anual anuales",
}
PERIODS: dict[str, Period] = {word: period for period, words in _PERIODS.items() for word in words.split()}


class _Amount(NamedTuple):
    value: Decimal
    thousands: bool  # written with a k
    currency: str | None
    start: int
    end: int


def parse(text: str) -> tuple[Salary, Span] | None:
    """The salary a line states, and the amounts' place in it. The line is known to be about pay."""
    line = text[:LINE_READ_MAX_CHARS]
    amounts = list(_amounts(line))
    if not amounts:
        return None
    found = [
        _read(line, amount, amounts[index + 1] if index + 1 < len(amounts) else None)
        for index, amount in enumerate(amounts)
    ]
    return next(((salary, span) for salary, span in found if salary.currency), found[0])


def find(text: str) -> tuple[Salary, Span] | None:
    """The salary in a line that may be about anything: it needs a currency, a credible height, a period or a range."""
    line = text[:LINE_READ_MAX_CHARS]
    amounts = list(_amounts(line))
    for index, amount in enumerate(amounts):
        found = _read(line, amount, amounts[index + 1] if index + 1 < len(amounts) else None)
        salary, span = found
        credible = salary.period is not None or (salary.max is not None and salary.max != salary.min)
        if salary.currency and credible and not MILLIONS.match(line, span[1]) and _is_high_enough(salary):
            return found
    return None


def minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(MINOR_DIGITS.get(currency, 2)).to_integral_value())


def period_of(word: str) -> Period | None:
    """`YEAR`, `per year`, `annual` ... as structured data writes its unit."""
    return next((PERIODS[found] for match in WORD.finditer(word[:100]) if (found := match[0].lower()) in PERIODS), None)


def number(written: str) -> Decimal | None:
    """`1.234,50`, `1,234.50`, `120'000` and `45.5`: three digits after a mark are thousands."""
    bare = re.sub(r"['’\s]", "", written)
    head, mark, tail = max((bare.rpartition(mark) for mark in ".,"), key=lambda parts: len(parts[0]))
    if mark and len(tail) != 3:
        bare = head.replace(".", "").replace(",", "") + "." + tail
    else:
        bare = bare.replace(".", "").replace(",", "")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= AMOUNT_MAX else None


def _amounts(line: str) -> Iterator[_Amount]:
    for match in islice(AMOUNT.finditer(line), AMOUNTS_MAX):
        value = number(match["number"])
        if value is not None:
            currency = CURRENCIES.get(match["before"] or match["after"] or "")
            yield _Amount(value * 1000 if match["k"] else value, match["k"] is not None, currency, *match.span())


def _read(line: str, first: _Amount, second: _Amount | None) -> tuple[Salary, Span]:
    ranged = second is not None and RANGE.fullmatch(line, first.end, second.start) is not None
    last = second if second is not None and ranged else first
    low, high = first.value, last.value
    if last.thousands and not first.thousands and low < 1000:
        low *= 1000  # "60 - 80k"
    currency = first.currency or last.currency
    span = (first.start, last.end)
    period = _period(line, span) or _implied(high, currency)
    span, text = _with_period(line, span, period)
    if currency is None:
        return Salary(period=period, text=text), span
    least, most = sorted((minor(low, currency), minor(high, currency)))
    return Salary(least, most, currency, period, text), span


def _period(line: str, span: Span) -> Period | None:
    after = line[span[1] : span[1] + PERIOD_WITHIN_CHARS].lower()
    before = line[max(0, span[0] - PERIOD_WITHIN_CHARS) : span[0]].lower()
    for around in (after, before):
        if period := period_of(around.replace("p.a.", "annum").replace("p. a.", "annum").replace("p.m.", "month")):
            return period
    return None


def _implied(high: Decimal, currency: str | None) -> Period | None:
    """Nobody is paid this much by the month in these currencies."""
    return "year" if currency in ("USD", "EUR", "GBP", "CHF", "CAD", "AUD") and high >= 20_000 else None


def _with_period(line: str, span: Span, period: Period | None) -> tuple[Span, str]:
    """The place grows over a period written right behind it: `per year`, `/ an`, `p.a.`."""
    end = span[1]
    for match in WORD.finditer(line, span[1], span[1] + PERIOD_WITHIN_CHARS):
        if PERIODS.get(match[0].lower()) == period and period is not None:
            end = match.end()
            break
    return (span[0], end), line[span[0] : end][:LINE_MAX_CHARS]


def _is_high_enough(salary: Salary) -> bool:
    if salary.currency is None or salary.max is None:
        return False
    most = Decimal(salary.max).scaleb(-MINOR_DIGITS.get(salary.currency, 2))
    return salary.period != "year" or YEARLY_MIN <= most <= YEARLY_MAX * (1 if salary.currency in CODES[:12] else 100)


def currency_of(written: str) -> str | None:
    return CURRENCIES.get(written.strip()) or CURRENCIES.get(written.strip().upper())
