"""Pay in application state: a string, or ends, currency and period under the names that sites give them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from service.postings.model import LINE_MAX_CHARS, Salary
from service.postings.reading import salary
from service.postings.reading.findings import Finding

PAY = ("salary", "salaryRange", "salary_range", "baseSalary", "compensation", "pay", "payRange", "remuneration")
LEAST = ("min", "minValue", "minimum", "from", "low", "minAmount", "min_amount", "salaryMin", "salary_min", "minSalary")
MOST = ("max", "maxValue", "maximum", "to", "high", "maxAmount", "max_amount", "salaryMax", "salary_max", "maxSalary")
CURRENCY = ("currency", "currencyCode", "currency_code", "salaryCurrency", "salary_currency")
PERIOD = ("period", "interval", "unit", "unitText", "per", "frequency", "salaryPeriod", "salary_period", "payPeriod")

Object = Mapping[str, Any]


def read(posting: Object) -> Iterator[Finding]:
    """The first pay that can be read: under a name of its own, or spread over the posting (`salary_min` ...)."""
    for name in PAY:
        value = posting.get(name)
        if isinstance(value, str) and (found := salary.parse(value[:LINE_MAX_CHARS])):
            yield Finding("salary", found[0], (found[0].text,), label="salary")
            return
        if isinstance(value, dict) and (pay := _of(cast("Object", value), posting)):
            yield pay
            return
    if pay := _of(posting, posting, names_of_its_own=False):
        yield pay


def _of(thing: Object, posting: Object, *, names_of_its_own: bool = True) -> Finding | None:
    """Amounts are trusted only with a currency; zero is how sites write that they do not say."""

    def first(names: tuple[str, ...]) -> Any:
        telling = names if names_of_its_own else tuple(name for name in names if "alary" in name)
        return next((thing[name] for name in telling if thing.get(name) not in (None, "")), None)

    least, most = _amount(first(LEAST)), _amount(first(MOST))
    code = first(CURRENCY) or next((posting[name] for name in CURRENCY if isinstance(posting.get(name), str)), None)
    currency = salary.currency_of(code) if isinstance(code, str) else None
    if currency is None or (not least and not most):
        return None
    unit = first(PERIOD)
    period = salary.period_of(unit) if isinstance(unit, str) else None
    ends = sorted(end for end in (least, most) if end)
    written = " - ".join(f"{end:f}" for end in dict.fromkeys(ends))
    text = f"{currency} {written}{f' per {period}' if period else ''}"
    low = salary.minor(ends[0], currency) if least else None
    high = salary.minor(ends[-1], currency) if most else None
    return Finding("salary", Salary(low, high, currency, period, text), (text,), label="salary")


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        amount = Decimal(str(value))
        return amount if amount.is_finite() and 0 <= amount <= salary.AMOUNT_MAX else None
    return salary.number(value.strip()[:LINE_MAX_CHARS]) if isinstance(value, str) else None
