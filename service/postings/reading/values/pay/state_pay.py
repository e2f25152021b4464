"""Pay in application state: a string, or ends, currency and period under the names that sites give them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from service.postings.model import LINE_MAX_CHARS, Salary
from service.postings.reading.findings import Finding
from service.postings.reading.values.pay import stated as stated_pay

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
        if isinstance(value, str) and (found := stated_pay.written(value[:LINE_MAX_CHARS], label="salary")):
            yield found
            return
        if isinstance(value, dict) and (pay := _of(cast("Object", value), posting)):
            yield pay
            return
    if pay := _of(posting, posting, names_of_its_own=False):
        yield pay


def _of(thing: Object, posting: Object, *, names_of_its_own: bool = True) -> Finding | None:
    """State may hold anything: only amounts with a currency are trusted."""

    def first(names: tuple[str, ...]) -> Any:
        telling = names if names_of_its_own else tuple(name for name in names if "alary" in name)
        return next((thing[name] for name in telling if thing.get(name) not in (None, "")), None)

    code = first(CURRENCY) or next((posting[name] for name in CURRENCY if isinstance(posting.get(name), str)), None)
    unit = first(PERIOD)
    found = stated_pay.ranged(
        _end(first(LEAST)),
        _end(first(MOST)),
        code if isinstance(code, str) else "",
        unit if isinstance(unit, str) else "",
    )
    is_sure = found is not None and isinstance(found.value, Salary) and found.value.currency is not None
    return found if is_sure else None


def _end(value: Any) -> stated_pay.End:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value[:LINE_MAX_CHARS] if isinstance(value, str) else None
