"""Salaries: one amount, one end or a range, its currency, its period. Amounts come out in the currency's minor unit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from service.postings.model import LINE_MAX_CHARS, Period, Salary
from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import any_of
from service.postings.reading.values.pay import other_money
from service.postings.reading.values.pay import periods as pay_periods
from service.postings.reading.values.pay.amounts import (
    Amount,
    codes_in,
    found_in,
    is_pesos,
    major,
    minor,
    named_beside,
)

# A paragraph about pay and what the law wants said with it; what is longer is searched no further.
LINE_READ_MAX_CHARS = 2_000
# "between", "up to a maximum of": the words right before an amount that make it one end.
LEAD_MAX_CHARS = 24
# Less in a year is a bonus, more is a company's funding; where money is counted in small units, a thousand times that.
YEARLY_MIN, YEARLY_MAX, SMALL_UNITS = Decimal(5_000), Decimal(5_000_000), 1_000
# Whoever is paid in these gets at least so much; less is a voucher or a gym.
STRONG = frozenset(("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"))
LEAST: dict[Period | None, int] = {"hour": 5, "day": 40, "week": 100, "month": 300}
# From here on nobody is paid by the month in them.
YEARLY_FROM = Decimal(20_000)
# Nobody offers a range as wide as this: "1.800 € en 14 pagas" is none.
WIDEST = 20
# Less than this is one payment of those that a year has.
MONTHLY_BELOW = Decimal(15_000)
# What is no more than this and stands alone without a currency may count anything: salaries of a year, plans (401k).
BARE_MIN = 1_000


@cache
def _payments() -> re.Pattern[str]:
    """`14x`, `en 14 pagas`: how often a year Austrians, Spaniards and Italians are paid."""
    return re.compile(
        rf"[^\d.;!?\n]{{0,25}}?\(?\b1[2-6](?:,\d)?\s?(?:[x×]|{_any_of('payments')})(?![^\W_])"
        r"|\s?[x×]\s?1[2-6](?!\d)",
        re.IGNORECASE,
    )


@dataclass(frozen=True, slots=True)
class _Joins:
    # Between the ends of a range; a period may stand there, too.
    range_: re.Pattern[str]
    up_to: re.Pattern[str]
    at_least: re.Pattern[str]


@cache
def _joins() -> _Joins:
    per, gross, of = _any_of("per"), _any_of("gross"), _any_of("of")
    end = rf"(?:\s{of})?\s{{0,2}}:?\s{{0,2}}$"
    return _Joins(
        range_=re.compile(
            rf"(?:PA)?(?:\s?(?:/|{per}\s)\s?[^\W\d_]{{1,6}}\.?)?(?:\s{gross}(?![^\W_]))?"
            rf"\s{{0,2}}(?:[-–—−~～〜]|(?<![^\W_]){_any_of('to')}(?![^\W\d_]))\s{{0,2}}",
            re.IGNORECASE,
        ),
        up_to=re.compile(rf"(?<![^\W_]){_any_of('up_to')}{end}", re.IGNORECASE),
        at_least=re.compile(rf"(?<![^\W_]){_any_of('at_least')}{end}", re.IGNORECASE),
    )


def _any_of(table: str) -> str:
    return any_of(lambda language: getattr(language.posting.pay, table))


class _Ends(NamedTuple):
    """The lower and the upper end, as far as they are stated; `span` holds the words that say which it is."""

    least: Decimal | None
    most: Decimal | None
    currency: str | None
    span: Span
    may_be: tuple[str, ...] = ()  # whose money it may be, where it is not said with the amounts


def parse(text: str) -> tuple[Salary, Span] | None:
    """The salary a line states, and the amounts' place in it. The line is known to be about pay."""
    line = text[:LINE_READ_MAX_CHARS]
    amounts = list(found_in(line))
    named = set[str]() if any(amount.currency for amount in amounts) else codes_in(line)
    currency = named.pop() if len(named) == 1 else None
    found = [(_salary(line, ends), ends) for ends in _ends(line, amounts, currency)]
    stated = [salary for salary, ends in found if ends.currency or _is_pay_alone(salary[0], ends)]
    return next((salary for salary in stated if salary[0].currency), stated[0] if stated else None)


def find(text: str) -> tuple[Salary, Span] | None:
    """The salary in a line that may be about anything: it needs a currency, a credible height, a period or a range."""
    line = text[:LINE_READ_MAX_CHARS]
    amounts = list(found_in(line))
    if not any(amount.currency for amount in amounts):
        return None
    for ends in _ends(line, amounts, None):
        if ends.currency is None:
            continue
        salary, span = _salary(line, ends)
        is_ranged = ends.least is not None and ends.most is not None and ends.least != ends.most
        if salary.period is None and not is_ranged:
            continue
        has_period = pay_periods.behind(line, ends.span[1]) is not None
        if is_credible(salary) and other_money.is_pay(line, span, has_period=has_period):
            return salary, span
    return None


def _ends(line: str, amounts: Sequence[Amount], currency: str | None) -> Iterator[_Ends]:
    """What each amount states, alone or with the next one as the other end of a range; bonuses left out."""
    index = 0
    while index < len(amounts):
        first, second = amounts[index], amounts[index + 1] if index + 1 < len(amounts) else None
        if second is not None and _is_range(line, first, second):
            index += 1
            low, high = sorted(_scaled(first, second))
            ends = _Ends(low, high, *_of_range(first, second, currency))
        else:
            ends = _one_end(line, first, first.currency or currency)
        index += 1
        if not other_money.is_beside_salary(line, ends.span):
            yield ends


def _is_range(line: str, first: Amount, second: Amount) -> bool:
    """A slash joins ends that are much alike: `18000/21000€`, not `4500/54000`."""
    low, high = sorted(_scaled(first, second))
    if _joins().range_.fullmatch(line, first.end, second.start):
        return high <= WIDEST * low or not low
    is_alike = first.value < second.value <= 3 * first.value
    return line[first.end : second.start].strip() == "/" and is_alike


def _of_range(first: Amount, second: Amount, currency: str | None) -> tuple[str | None, Span, tuple[str, ...]]:
    """A currency that is written out, at either end, says what a sign means that several countries share."""
    span = (first.start, second.end)
    for one, other in ((first, second), (second, first)):
        if one.may_be and other.currency in one.may_be and not other.may_be:
            return other.currency, span, ()
    return first.currency or second.currency or currency, span, first.may_be or second.may_be


def _scaled(first: Amount, second: Amount) -> tuple[Decimal, Decimal]:
    """`60 - 80k`, and `60-80.000 €`, mean thousands at both ends."""
    low, high = first.value, second.value
    if first.times == 1 and second.times > 1 and low < 1000:
        return low * second.times, high
    if second.times == 1 and first.times > 1 and high < 1000:  # "TEUR 60 - 75"
        return low, high * first.times
    if low < 1000 and high / 10 <= low * 1000 <= high:
        return low * 1000, high
    return low, high


def _one_end(line: str, amount: Amount, currency: str | None) -> _Ends:
    begin = max(0, amount.start - LEAD_MAX_CHARS)
    before = line[begin : amount.start]
    if lead := _joins().up_to.search(before):
        return _Ends(None, amount.value, currency, (begin + lead.start(), amount.end), amount.may_be)
    if lead := _joins().at_least.search(before):
        return _Ends(amount.value, None, currency, (begin + lead.start(), amount.end), amount.may_be)
    most = None if amount.is_open_ended else amount.value
    return _Ends(amount.value, most, currency, (amount.start, amount.end), amount.may_be)


def _salary(line: str, ends: _Ends) -> tuple[Salary, Span]:
    """The place grows over what is written right beside it: whose dollars, a period (`per year`, `/ an`, `p.a.`)."""
    (start, end), currency = ends.span, ends.currency
    if named := named_beside(line, start, end, ends.may_be):
        currency, start, end = named
    period, end = pay_periods.behind(line, end) or (pay_periods.before(line, start), end)
    if not named and (named := named_beside(line, start, end, ends.may_be)):
        currency, start, end = named
    if not named and ends.may_be and is_pesos(line, ends.span[1]):
        currency = None
    text = line[start:end][:LINE_MAX_CHARS]
    if currency is None:
        return Salary(period=period, text=text), (start, end)
    if _payments().match(line, end) and currency in STRONG:
        period = "month" if _highest(ends) < MONTHLY_BELOW else "year"
    period = period or usual_period(_highest(ends), currency)
    least, most = (None if value is None else minor(value, currency) for value in (ends.least, ends.most))
    return Salary(least, most, currency, period, text), (start, end)


def usual_period(highest: Decimal, currency: str | None) -> Period | None:
    """The period of pay that does not state one: an amount that large can only be for a year."""
    return "year" if currency in STRONG and highest >= YEARLY_FROM else None


def _highest(ends: _Ends) -> Decimal:
    return max(value for value in (ends.least, ends.most) if value is not None)


def is_credible(salary: Salary) -> bool:
    """Whether somebody may be paid so much in this currency and period; the higher end decides."""
    if salary.currency is None:
        return False
    highest = major(max(salary.min or 0, salary.max or 0), salary.currency)
    is_strong = salary.currency in STRONG
    if salary.period == "year":
        return YEARLY_MIN <= highest <= YEARLY_MAX * (1 if is_strong else SMALL_UNITS)
    return highest > 0 and (not is_strong or LEAST.get(salary.period, 0) <= highest)


def _is_pay_alone(salary: Salary, ends: _Ends) -> bool:
    """Without a currency, a number that can be nothing else than pay."""
    is_a_year = salary.period is None and 1900 <= _highest(ends) <= 2100
    return salary.period in ("hour", "day") or (_highest(ends) > BARE_MIN and not is_a_year)
