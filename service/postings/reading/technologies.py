"""Which technologies a posting names, from a maintained vocabulary.

Names match whole words: Java is not in JavaScript, nor C in C++ or C#. A name that is also an everyday word or a
letter (Go, R, C, Spring) counts only as it is written in the vocabulary and in technical company: beside a name that
is certain in the same list, or beside a word that says what it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from service.postings.reading.findings import Span
from service.postings.reading.phrases import WORD, Match, Phrases, listed

# What stands right behind a language or framework: "Go developer", "Spring services", "R packages".
_FOLLOWED_BY = """
    developer developers engineer engineers engineering programmer programming language languages code codebase
    framework service services microservices microservice backend frontend api apis sdk application applications app
    apps stack expertise experience knowledge skills script scripts scripting library libraries package packages
    entwickler entwicklerin entwicklung programmierung kenntnisse erfahrung développeur développeuse développement
    desarrollador desarrolladora desarrollo programador"""
FOLLOWED_BY = frozenset(_FOLLOWED_BY.split())
# What stands before it: "experience with Go", "proficient in R", "written in Rust" ...
LED_BY = frozenset(listed("in; with; using; of; like; mit; en; con; avec; and; or; und; et; y; oder; ou; o"))
AND_OR = frozenset(listed("and; or; und; oder; et; ou; y; o"))
# ... and what one of the words before that must say, for "in" alone proves nothing.
_SKILL_WORDS = """
    experience experienced proficient proficiency knowledge fluent fluency skills skilled expertise expert written
    programming coding develop developing developer development language languages familiar familiarity code stack
    technologies tools framework frameworks backend frontend kenntnisse erfahrung erfahrungen programmiersprache
    programmiersprachen programmierung sprachen expérience connaissance connaissances maîtrise langage langages
    experiencia conocimientos conocimiento lenguaje lenguajes programación"""
SKILL_WORDS = frozenset(_SKILL_WORDS.split())
# A list goes on over these; a full stop ends it.
LIST_MARKS = frozenset(",/|;&+()[]•·:-–")
# How far before or behind a name a word may still speak of it: four words or so.
COMPANY_WITHIN_CHARS = 48
# Postings end before; what follows on a page are other postings and small print.
READ_MAX_CHARS = 50_000
# A posting names a hundred at the most, counting each time.
MATCHES_MAX = 300


@dataclass(frozen=True, slots=True)
class Technology:
    """`is_everyday` for a name that needs technical company; it is then written exactly like `name`."""

    name: str
    is_everyday: bool


class Named(NamedTuple):
    """A technology, and where in the text its name stands."""

    name: str
    span: Span


@lru_cache(maxsize=1)
def vocabulary() -> Phrases[Technology]:
    """Read once, at the first posting: the file ships with the code and does not change under it."""
    return Phrases(_entries(files("service.postings").joinpath("technologies.txt").read_text(encoding="utf-8")))


def find(text: str, start: int = 0, end: int | None = None, *, all_are_names: bool = False) -> list[Named]:
    """The technologies of `text[start:end]`, each where it is named first. `all_are_names` for a list of skills,
    where the everyday words among them cannot be meant."""
    end = min(len(text) if end is None else end, start + READ_MAX_CHARS)
    certain: list[Match[Technology]] = []
    doubtful: list[Match[Technology]] = []
    for match in vocabulary().find(text, start, end):
        (doubtful if match.meaning.is_everyday and not all_are_names else certain).append(match)
        if len(certain) + len(doubtful) >= MATCHES_MAX:
            break
    certain += _meant(text, doubtful, certain)
    found: dict[str, Named] = {}
    for match in sorted(certain, key=lambda match: match.start):
        found.setdefault(match.meaning.name, Named(match.meaning.name, (match.start, match.end)))
    return list(found.values())


def _entries(table: str) -> Iterator[tuple[str, Technology]]:
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        name, *aliases = (name.strip() for name in line.removeprefix("~").split("|"))
        yield name, Technology(name, line.startswith("~"))
        yield from ((alias, Technology(name, is_everyday=False)) for alias in aliases)


def _meant(text: str, doubtful: list[Match[Technology]], certain: list[Match[Technology]]) -> list[Match[Technology]]:
    """The everyday words that are names here; one such makes its neighbour in a list one, in either direction."""
    starts, ends = {match.start for match in certain}, {match.end for match in certain}
    meant: dict[int, Match[Technology]] = {}
    written = [match for match in doubtful if _is_written_so(text, match)]
    for match in [*written, *reversed(written)]:
        if match.start in meant:
            continue
        if _is_described(text, match) or _is_listed(text, match, starts, ends):
            meant[match.start] = match
            starts.add(match.start)
            ends.add(match.end)
    return list(meant.values())


def _is_written_so(text: str, match: Match[Technology]) -> bool:
    """Exactly like the name, and not a part of R&D, Go-to-market, C-level or Vitamin-C."""
    left, right = text[max(0, match.start - 1) : match.start], text[match.end : match.end + 2]
    bound = left in ("-", "&", "'", "’") or (right[:1] in ("-", "&", "'", "’") and right[1:].isalnum())
    return not bound and text[match.start : match.end] == match.meaning.name


def _is_described(text: str, match: Match[Technology]) -> bool:
    following = WORD.search(text, match.end, match.end + COMPANY_WITHIN_CHARS)
    if following and following[0].lower() in FOLLOWED_BY and text[match.end : following.start()].isspace():
        return True
    window = max(0, match.start - COMPANY_WITHIN_CHARS)
    before = text[window : match.start]
    window = max(before.rfind(mark) for mark in (". ", "! ", "? ", "\n")) + 1
    words = [word.lower() for word in WORD.findall(before, window)]
    return bool(words) and words[-1] in LED_BY and any(word in SKILL_WORDS for word in words[:-1])


def _is_listed(text: str, match: Match[Technology], starts: set[int], ends: set[int]) -> bool:
    """Is the word beside it a technology of the same list? `Go, Python`, `Python and R`, `C/C++`, one a line."""
    following = _neighbour(list(_near(text, match.end, match.end + COMPANY_WITHIN_CHARS)))
    if following and following[0] in starts and _is_gap(text[match.end : following[0]]):
        return True
    preceding = _neighbour(list(_near(text, max(0, match.start - COMPANY_WITHIN_CHARS), match.start))[::-1])
    return bool(preceding and preceding[1] in ends and _is_gap(text[preceding[1] : match.start]))


def _near(text: str, start: int, end: int) -> Iterator[tuple[str, Span]]:
    return ((word[0].lower(), word.span()) for word in WORD.finditer(text, start, end))


def _neighbour(near: list[tuple[str, Span]]) -> Span | None:
    return next((span for word, span in near[:2] if word not in AND_OR), None)


def _is_gap(gap: str) -> bool:
    return all(
        mark in LIST_MARKS or mark.isspace() for word in gap.split() if word.lower() not in AND_OR for mark in word
    )
