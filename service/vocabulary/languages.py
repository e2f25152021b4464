"""The tables of a language, and those that all languages make together."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import msgspec
from babel import Locale

from service.vocabulary.files import Phrases, names, read

_LANGUAGE_FILE = re.compile(r"([a-z]{2,3})\.toml")
# A month's name; Japanese and Chinese have numbers instead ("5月").
_WORD = re.compile(r"[^\W\d_]+")


class Roles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people are called at work."""

    nouns: Phrases = ()
    # Name a position where one is expected, and other things elsewhere ("member", "practice").
    loose: Phrases = ()
    # Ends of compounds that are nouns of this kind: Softwareentwickler.
    endings: Phrases = ()
    # How far someone has come, before what they are: "a senior Go developer".
    grades: Phrases = ()


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in lower case, as it is compared."""

    # Of CLDR: `de; de_AT`.
    locales: Phrases
    # By their numbers, as far as CLDR does not have them.
    months: dict[int, Phrases] = {}
    # "Until now", behind the beginning of a time.
    present: Phrases = ()
    # The commonest words, which tell the language and nothing else ...
    stop_words: Phrases = ()
    # ... and those that every posting and résumé is full of.
    posting_words: Phrases = ()
    # Names of countries that CLDR does not have.
    countries: Phrases = ()
    roles: Roles = Roles()


@cache
def languages() -> Mapping[str, Language]:
    """By the code of ISO 639."""
    return {match[1]: read(name, Language) for name in names(".toml") if (match := _LANGUAGE_FILE.fullmatch(name))}


def phrases(table: Callable[[Language], Iterable[str]]) -> Phrases:
    """One table in all languages, each phrase once."""
    return tuple(dict.fromkeys(phrase for language in languages().values() for phrase in table(language)))


@cache
def months() -> Mapping[str, int]:
    """The number of each month by its names, whole and shortened, in lower case and without a full stop."""
    found: dict[str, int] = {}
    for locale in _locales():
        for by_width in locale.months.values():
            for width in ("wide", "abbreviated"):
                found |= {name.rstrip(".").lower(): number for number, name in by_width[width].items()}
    for language in languages().values():
        found |= {name: number for number, written in language.months.items() for name in written}
    return {name: number for name, number in found.items() if _WORD.fullmatch(name)}


@cache
def countries() -> frozenset[str]:
    """The names of all countries, in all languages, in lower case."""
    named = {name.lower() for locale in _locales() for code, name in locale.territories.items() if code.isalpha()}
    return frozenset(named).union(phrases(lambda language: language.countries))


def _locales() -> list[Any]:
    """Babel's locales, whose tables have no types."""
    return [Locale.parse(code) for language in languages().values() for code in language.locales]
