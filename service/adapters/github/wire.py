"""GitHub's JSON to our values. Pure. GitHub is believed about types and about nothing else: texts are folded to one
line and cut, lists and numbers are bounded, links are links or left out."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from service.adapters.github import Activity, OwnRepository, Repository
from service.kernel.text import one_line

# One name, language, topic, company or place.
NAME_MAX_CHARS = 120
# GitHub's own limit for a description; a bio has 160.
TEXT_MAX_CHARS = 350
# A list longer than this says nothing in a letter; GitHub allows 20 topics.
TOPICS_MAX = 20
LANGUAGES_MAX = 20
EVENTS_MAX = 20
# The most starred stand for reach, the latest for what somebody does now.
STARRED_MAX = 6
REPOSITORIES_MAX = 10
# PostgreSQL's bigint, and so everything that is stored or sent.
COUNT_MAX = 2**63 - 1

_LINK = re.compile(r"https?://[^\s<>\"'\\\x00-\x20]{1,300}")


class License(Struct, frozen=True):
    spdx_id: str | None = None


class RepositoryWire(Struct, frozen=True):
    full_name: str
    private: bool = False
    fork: bool = False
    description: str | None = None
    stargazers_count: int = 0
    forks_count: int = 0
    open_issues_count: int = 0
    language: str | None = None
    topics: list[str] | None = None
    license: License | None = None
    pushed_at: datetime | None = None
    html_url: str | None = None


class AccountWire(Struct, frozen=True):
    login: str
    name: str | None = None
    bio: str | None = None
    company: str | None = None
    location: str | None = None
    public_repos: int = 0
    html_url: str | None = None


class EventWire(Struct, frozen=True):
    type: str | None = None
    created_at: datetime | None = None


class Refusal(Struct, frozen=True):
    """The body of an answer that is none; `block` says why GitHub's staff closed what was asked for."""

    message: str = ""
    block: dict[str, Any] | None = None


class Account(Struct, frozen=True):
    """An account, read."""

    login: str
    name: str | None
    bio: str | None
    company: str | None
    location: str | None
    public_repos: int
    html_url: str


class Shelf(Struct, frozen=True):
    """A page of somebody's repositories, read: the ones worth showing, and all of them counted by language."""

    repositories: tuple[OwnRepository, ...]
    languages: dict[str, int]


def line(text: str | None, *, max_chars: int = NAME_MAX_CHARS) -> str | None:
    """One line without control, format or unassigned characters; None where nothing is left."""
    # Cut before the work, for what comes may be long; folding only shortens.
    return one_line((text or "")[: 4 * max_chars])[:max_chars].rstrip() or None


def link(text: str | None) -> str:
    return text if text and _LINK.fullmatch(text) else ""


def read_repository(wire: RepositoryWire) -> Repository:
    return Repository(
        full_name=line(wire.full_name, max_chars=2 * NAME_MAX_CHARS) or "",
        description=line(wire.description, max_chars=TEXT_MAX_CHARS),
        stars=_count(wire.stargazers_count),
        forks=_count(wire.forks_count),
        open_issues=_count(wire.open_issues_count),
        language=line(wire.language),
        topics=_lines(wire.topics or ()),
        license=_license(wire.license),
        pushed_at=_in_utc(wire.pushed_at),
        html_url=link(wire.html_url),
    )


def read_languages(wire: Mapping[str, int]) -> dict[str, int]:
    """The languages with the most bytes, the largest first."""
    named = Counter({name: _count(size) for language, size in wire.items() if (name := line(language))})
    return dict(named.most_common(LANGUAGES_MAX))


def read_account(wire: AccountWire) -> Account:
    return Account(
        login=line(wire.login) or "",
        name=line(wire.name),
        bio=line(wire.bio, max_chars=TEXT_MAX_CHARS),
        company=line(wire.company),
        location=line(wire.location),
        public_repos=_count(wire.public_repos),
        html_url=link(wire.html_url),
    )


def read_shelf(wires: Sequence[RepositoryWire]) -> Shelf:
    own = [wire for wire in wires if not wire.fork and not wire.private]
    languages = Counter(name for wire in own if (name := line(wire.language)))
    return Shelf(tuple(map(_own, _best(own))), dict(languages.most_common(LANGUAGES_MAX)))


def read_activity(wires: Sequence[EventWire]) -> Activity:
    kinds = Counter(kind for wire in wires if (kind := line(wire.type)))
    times = [at for wire in wires if (at := _in_utc(wire.created_at)) is not None]
    return Activity(
        events=dict(kinds.most_common(EVENTS_MAX)),
        since=min(times, default=None),
        until=max(times, default=None),
    )


def _best(own: Sequence[RepositoryWire]) -> list[RepositoryWire]:
    """The most starred, then the rest of the places for what was pushed to last; ties by name, so that it is stable."""
    starred = sorted(own, key=lambda wire: (-wire.stargazers_count, -_pushed(wire), wire.full_name))
    latest = sorted(starred[STARRED_MAX:], key=lambda wire: (-_pushed(wire), wire.full_name))
    return starred[:STARRED_MAX] + latest[: REPOSITORIES_MAX - STARRED_MAX]


def _pushed(wire: RepositoryWire) -> float:
    at = _in_utc(wire.pushed_at)
    return at.timestamp() if at else 0.0


def _own(wire: RepositoryWire) -> OwnRepository:
    read = read_repository(wire)
    return OwnRepository(**{name: getattr(read, name) for name in OwnRepository.__struct_fields__})


def _license(wire: License | None) -> str | None:
    """`NOASSERTION` is GitHub's word for a text it does not know."""
    spdx = line(wire.spdx_id) if wire else None
    return None if spdx == "NOASSERTION" else spdx


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(read for text in list(texts)[:TOPICS_MAX] if (read := line(text)))


def _in_utc(at: datetime | None) -> datetime | None:
    """None for one without a zone, or at the ends of the calendar."""
    try:
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except OverflowError:
        return None


def _count(number: int) -> int:
    return min(max(0, number), COUNT_MAX)
