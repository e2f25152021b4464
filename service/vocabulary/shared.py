"""Reading the files of this folder, and the tables that belong to no language: forms of companies, currencies, names of
technologies, endings of hosts."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias, TypeVar, cast

import msgspec
from babel.numbers import get_currency_precision
from publicsuffixlist import PublicSuffixList

Phrases: TypeAlias = tuple[str, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of tables; a name that it does not know is an error when a file is read."""


T = TypeVar("T", bound=Table)


def names(ending: str) -> list[str]:
    return sorted(file.name for file in files("service.vocabulary").iterdir() if file.name.endswith(ending))


def text(name: str) -> str:
    return files("service.vocabulary").joinpath(name).read_text(encoding="utf-8")


def read(name: str, table: type[T]) -> T:
    """Every text of the file becomes its phrases, one line each; raises `msgspec.ValidationError` for a name that the
    struct does not know, so that a slip of the pen in a new language is seen."""
    document = tomllib.loads(text(name))
    return msgspec.convert(_split(document), table, str_keys=True)


def _split(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _split(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, str):
        return [" ".join(phrase.split()) for phrase in value.split(";") if phrase.strip()]
    return value


class Companies(Table, frozen=True):
    """Legal forms as they are written, by how sure it is that one ends the name of a company."""

    # Whatever stands before: GmbH, Ltd.
    certain: Phrases
    # Right behind a name; behind a comma they are regions ("Calgary, AB").
    short: Phrases
    # Where the text is known to be a company's name; in lower case and without accents.
    others: Phrases
    # Stand before the name.
    leading: Phrases
    # Written without a space before or behind the name; a longer one before what it ends with.
    joined: Phrases
    # What a group adds to its name and leaves out: what kind of whole it is, or which country's.
    descriptions: Phrases


@cache
def companies() -> Companies:
    return read("companies.toml", Companies)


class Currencies(Table, frozen=True):
    """Their codes, how they are written, and the digits of their minor units."""

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


@dataclass(frozen=True, slots=True)
class Technology:
    """What a written form stands for. `written` is set where it counts only so: `is_everyday` for one that needs
    technical company, too."""

    name: str
    written: str | None = None
    is_everyday: bool = False


@cache
def technologies() -> tuple[tuple[str, Technology], ...]:
    """Each written form, and what it stands for."""
    return tuple(_forms(text("technologies.txt")))


def _forms(table: str) -> Iterator[tuple[str, Technology]]:
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        forms = line.split(" | ")
        name = forms[0].lstrip("~^")
        for form in forms:
            bare = form.lstrip("~^")
            yield bare, Technology(name, None if bare == form else bare, form.startswith("~"))


@cache
def public_suffixes() -> PublicSuffixList:
    """The public suffix list (publicsuffix.org), its IDNA forms too: `is_public("photography")`,
    `privatesuffix("www.acme.co.uk")` is `acme.co.uk`. An ending that is not on it is no ending."""
    return PublicSuffixList(accept_unknown=False)


class _Profiles(Table, frozen=True):
    pages: Phrases


@cache
def profiles() -> Phrases:
    """Patterns of the addresses of people's pages, each with one group: the name."""
    return read("profiles.toml", _Profiles).pages
