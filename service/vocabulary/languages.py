"""The tables of a language, and those that all languages make together."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import msgspec
from babel import Locale
from babel.core import get_global

from service.vocabulary.posting import Posting
from service.vocabulary.shared import Phrases, Table, names, read

_LANGUAGE_FILE = re.compile(r"([a-z]{2,3})\.toml")
# A month's name; Japanese and Chinese have numbers instead ("5月").
_WORD = re.compile(r"[^\W\d_]+")


class Roles(Table, frozen=True):
    """What people are called at work."""

    nouns: Phrases = ()
    # Name a position where one is expected, and other things elsewhere ("member", "practice").
    loose: Phrases = ()
    # Ends of compounds that are nouns of this kind: Softwareentwickler.
    endings: Phrases = ()
    # How far someone has come, before what they are: "a senior Go developer".
    grades: Phrases = ()


class ResumeLabels(Table, frozen=True):
    """What a form writes before a value: `Tel.: ...`; without its full stop at the end."""

    name: Phrases = ()
    email: Phrases = ()
    phone: Phrases = ()
    page: Phrases = ()
    address: Phrases = ()
    birth: Phrases = ()
    # Whatever else belongs to the person and is no contact: nationality, marital status, numbers of papers.
    personal: Phrases = ()
    title: Phrases = ()
    employer: Phrases = ()
    place: Phrases = ()
    dates: Phrases = ()
    technologies: Phrases = ()
    courses: Phrases = ()
    score: Phrases = ()
    degree: Phrases = ()
    # Opens what somebody studied: "Studium BWL".
    study: Phrases = ()


class ResumeWords(Table, frozen=True):
    """What words of a résumé's lines tell."""

    # Headings of parts of an entry: "Key achievements".
    inner: Phrases = ()
    # A part of an employer, by its own name; and what such a part does, which stands in names of employers as well.
    teams: Phrases = ()
    areas: Phrases = ()
    # How somebody is employed.
    contracts: Phrases = ()
    # Ends of lines that tell a day instead of a time: when somebody came, and when they went.
    joined: Phrases = ()
    left: Phrases = ()
    # Who works for nobody else.
    independent: Phrases = ()
    # Kinds of employers.
    organisations: Phrases = ()
    schools: Phrases = ()
    school_endings: Phrases = ()
    degrees: Phrases = ()
    # What people set behind their names: whatever stands before it, or only behind a comma ("Jane Roe, MA").
    degrees_behind_names: Phrases = ()
    degrees_behind_commas: Phrases = ()
    # How well somebody knows something, as a whole ...
    levels: Phrases = ()
    # ... and, of languages, as the beginning of a word.
    fluency: Phrases = ()
    # Languages that CLDR calls otherwise.
    languages: Phrases = ()
    # What the columns of tables of skills are called: groups, what is in them, how well or how long.
    column_groups: Phrases = ()
    column_members: Phrases = ()
    column_measures: Phrases = ()


class Resume(Table, frozen=True):
    """What résumés are read by."""

    document_names: Phrases = ()
    # Between a document's name and whose it is.
    of: Phrases = ()
    # Between the two halves of a heading: "education | and | training".
    joins: Phrases = ()
    # Between a position and whom it was for.
    at: Phrases = ()
    # Before the beginning of a time that goes on, of one that has an end, and before that end.
    since: Phrases = ()
    start: Phrases = ()
    until: Phrases = ()
    seasons: Phrases = ()
    # Units of "4 years 11 months".
    durations: Phrases = ()
    # Work from anywhere, where a place is expected.
    remote: Phrases = ()
    # Between a degree and what it is in.
    studied_in: Phrases = ()
    # Words that keep their hyphen where a line ends behind it.
    hyphenated: Phrases = ()
    # Headings by what stands below them: the names are those of the résumé reader's `Part`.
    sections: dict[str, Phrases] = msgspec.field(default_factory=dict[str, Phrases])
    labels: ResumeLabels = ResumeLabels()
    words: ResumeWords = ResumeWords()


class Regions(Table, frozen=True):
    """Of countries, as addresses name them: codes as they are written, names in lower case."""

    codes: frozenset[str]
    names: frozenset[str]


class Language(Table, frozen=True):
    """Everything in lower case, as it is compared."""

    # Of CLDR: `de; de_AT`; with the countries in which the language is spoken.
    locales: Phrases
    # By their numbers, as far as CLDR does not have them; CLDR's short ones that are words of other languages.
    months: dict[int, Phrases] = msgspec.field(default_factory=dict[int, Phrases])
    not_months: Phrases = ()
    # "Until now", behind the beginning of a time.
    present: Phrases = ()
    # The commonest words, which tell the language and nothing else ...
    stop_words: Phrases = ()
    # ... and those that every posting and résumé is full of.
    posting_words: Phrases = ()
    # Names of countries that CLDR does not have.
    countries: Phrases = ()
    roles: Roles = Roles()
    posting: Posting = Posting()
    resume: Resume = Resume()


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
    others = phrases(lambda language: language.not_months)
    return {name: number for name, number in found.items() if _WORD.fullmatch(name) and name not in others}


@cache
def countries() -> frozenset[str]:
    """The names of all countries, in all languages, in lower case."""
    named = {name.lower() for locale in _locales() for code, name in locale.territories.items() if code.isalpha()}
    return frozenset(named).union(phrases(lambda language: language.countries))


@cache
def language_names() -> frozenset[str]:
    """Of the languages of ISO 639-1, which people speak, in all languages, in lower case."""
    named = {name.lower() for locale in _locales() for code, name in locale.languages.items() if len(code) == 2}
    return frozenset(named).union(phrases(lambda language: language.resume.words.languages))


@cache
def cities() -> frozenset[str]:
    """The cities that time zones are named after, in all languages, in lower case: some four hundred large ones."""
    zones = [zone for zone in get_global("zone_territories") if not zone.startswith("Etc/")]
    named = {zone.rpartition("/")[2].replace("_", " ").lower() for zone in zones}
    for locale in _locales():
        named |= {told["city"].lower() for told in locale.time_zones.values() if "city" in told}
    return frozenset(named)


@cache
def regions() -> Regions:
    return read("regions.toml", Regions)


@cache
def territories() -> tuple[str, ...]:
    """The countries (ISO 3166) of the languages and of the locales their files name; by CLDR where no locale says it:
    `da` is spoken in `DK`."""
    locales = (locale for code, language in languages().items() for locale in (code, *language.locales))
    return tuple(dict.fromkeys(_territory(locale) for locale in locales))


def _territory(locale: str) -> str:
    """Raises UnknownLocaleError for a code that is of no language."""
    return Locale.parse(locale).territory or get_global("likely_subtags")[locale].rpartition("_")[2]


def _locales() -> list[Any]:
    """Babel's locales, whose tables have no types."""
    return [Locale.parse(code) for language in languages().values() for code in language.locales]
