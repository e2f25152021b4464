"""Kinds of employment, remote work, and what structured data calls the state of a posting."""

from functools import cache

from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import Phrases, by_meaning, phrases_of
from service.vocabulary.posting import Kind, Workplace

# What structured data and application state call the state of a posting. A paused one takes no applications.
CLOSED_STATES = frozenset(
    {"expired", "closed", "filled", "inactive", "archived", "unpublished", "draft", "paused", "ended", "on hold"}
    | {"on_hold", "onhold", "suspended", "cancelled", "canceled", "deactivated", "disabled", "deleted", "removed"}
    | {"withdrawn", "completed", "finished", "not_published", "not accepting applications"}
)
OPEN_STATES = frozenset({"open", "active", "published", "live", "accepting", "online", "public"})


@cache
def employment() -> Phrases[Kind]:
    """Where a field or a label says it."""
    return by_meaning(lambda language: language.posting.employment)


@cache
def employment_said() -> Phrases[Kind]:
    """In a sentence: a "completed Ausbildung", an early "stage" and a "contract" to negotiate are none."""
    return by_meaning(lambda language: language.posting.employment_said)


@cache
def employment_titled() -> Phrases[Kind]:
    """In a title: what it calls the person."""
    return by_meaning(lambda language: language.posting.employment_titled)


def kinds_of(text: str) -> tuple[str, Span] | None:
    """All that a short text says, in our terms, and where."""
    matches = list(employment().find(text))
    kinds = ", ".join(dict.fromkeys(match.meaning for match in matches))
    return (kinds, (matches[0].start, matches[-1].end)) if matches else None


def workplace(text: str, *, is_answer: bool = False) -> tuple[bool, int, int] | None:
    """Remote or not, as a title, a place or a label says it, and where; the first that says something decides ("Hybrid
    remote"). `is_answer` where a label has asked ("Homeoffice: nein")."""
    for match in _workplace().find(text):
        if match.meaning is not None and (is_answer or not _is_answer(text[match.start : match.end])):
            return match.meaning, match.start, match.end
    return None


@cache
def workplace_said() -> Phrases[bool | None]:
    """In a sentence. Hybrid is not remote: who lives elsewhere cannot take it. None is what holds the same words and
    says neither."""
    return by_meaning(lambda language: _by_answer(language.posting.workplace_said))


@cache
def applying() -> Phrases[bool]:
    return phrases_of(lambda language: language.posting.apply)


@cache
def _workplace() -> Phrases[bool | None]:
    return by_meaning(lambda language: _by_answer(language.posting.workplace))


@cache
def _answers() -> Phrases[bool]:
    return phrases_of(lambda language: language.posting.workplace.answers)


def _is_answer(text: str) -> bool:
    return any(match.end - match.start == len(text) for match in _answers().find(text))


def _by_answer(table: Workplace) -> dict[bool | None, tuple[str, ...]]:
    return {True: table.remote, False: table.office, None: table.neither}
