"""Currencies: their codes, how they are written, how many digits their minor units have."""

from functools import cache

from babel.numbers import get_currency_precision

from service.vocabulary.files import Phrases, Table, read


class Currencies(Table, frozen=True):
    codes: Phrases
    written: dict[str, Phrases]
    shared: dict[str, Phrases]
    minor_digits: dict[str, int]


@cache
def currencies() -> Currencies:
    return read("currencies.toml", Currencies)


def minor_digits(code: str) -> int:
    """Of ISO 4217."""
    return currencies().minor_digits.get(code, get_currency_precision(code))
