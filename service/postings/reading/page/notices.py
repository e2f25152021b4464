"""Notices that a posting is closed or paused."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import NamedTuple

from service import vocabulary
from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import (
    WORD,
    Match,
    Phrases,
    any_of,
    by_meaning,
    phrases_of,
    words_in,
    words_of,
)

# Notices are short: a paragraph that says it between other things speaks of something else.
NOTICE_MAX_CHARS = 300

# ... and says it once; a line that says more such words says other things with them.
TRIED_MAX = 4

# As many small words as anybody puts in a row, and some.
_BETWEEN_MAX = 8


class _Word(NamedTuple):
    lower: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Words:
    # What says it whatever stands around (True), and that something has ended.
    closed: Phrases[bool]
    # What has ended, and the small words between it and that.
    subjects: frozenset[str]
    between: frozenset[str]
    verbs: frozenset[str]
    ours: frozenset[str]
    # What makes a notice one of what may come: "once the position has been filled", "si l'offre n'est plus disponible",
    # and behind it, or what makes it no notice at all: "filled with joy", "closed out", "closed-loop".
    conditional: Phrases[bool]
    goes_on: re.Pattern[str]
    # "Wir teilen mit, dass die Stelle besetzt ist."
    verb_behind: re.Pattern[str]
    # "Applications have closed" says it; "who had such a role has closed deals" does not.
    has: frozenset[str]
    object_behind: re.Pattern[str]


@cache
def _words() -> _Words:
    def any_in(table: str) -> str:
        return any_of(lambda language: getattr(language.posting.notices, table))

    verbs = words_in(lambda language: language.posting.notices.verbs)
    subjects = vocabulary.phrases(lambda language: language.posting.notices.subjects)
    return _Words(
        closed=by_meaning(
            lambda language: {True: language.posting.notices.whole, False: language.posting.notices.ended}
        ),
        subjects=frozenset(" ".join(words_of(subject)) for subject in subjects),
        between=verbs | words_in(lambda language: language.posting.notices.between),
        verbs=verbs,
        ours=words_in(lambda language: language.posting.notices.ours),
        conditional=phrases_of(lambda language: language.posting.notices.conditions),
        goes_on=re.compile(rf"-\w|,?\s{any_in('goes_on')}\b", re.IGNORECASE),
        verb_behind=re.compile(rf"\s{any_in('verbs_behind')}\b"),
        has=words_in(lambda language: language.posting.notices.has),
        object_behind=re.compile(rf"\s(?!{any_in('no_object')}\b)[a-z]"),
    )


def find(text: str) -> Span | None:
    """Where a line says that the posting is closed or paused; not what will be when it is."""
    if len(text) > NOTICE_MAX_CHARS:
        return None
    for said in islice(_words().closed.find(text), TRIED_MAX):
        begin = max(text.rfind(mark, 0, said.start) for mark in ".!?;") + 1
        if any(_words().conditional.find(text, begin, said.start)) or _words().goes_on.match(text, said.end):
            continue
        if span := (said.start, said.end) if said.meaning else _ended(text, said, begin):
            return span
    return None


def _ended(text: str, said: Match[bool], begin: int) -> Span | None:
    """`closed`, with what is closed before it or, where "we have filled this position", behind it."""
    words = _words()
    before = [_Word(word[0].lower(), *word.span()) for word in WORD.finditer(text, begin, said.start)]
    lead = next((at for at in reversed(range(len(before))) if before[at].lower not in words.between), -1)
    if len(before) - lead > _BETWEEN_MAX:
        return None
    if lead >= 0 and _is_lead(before, lead):
        stands_alone = all(word.lower in words.between or _is_lead(before, at) for at, word in enumerate(before))
        is_said = _is_said(text, before[lead].end, said.end, stands_alone=stands_alone)
        return (before[lead].start, said.end) if is_said else None
    ours = next((word for word in before[lead + 1 :] if word.lower in words.ours), None)
    if ours is None:
        return None
    behind = WORD.finditer(text, said.end, min(len(text), said.end + NOTICE_MAX_CHARS))
    what = next((word for word in behind if word[0].lower() not in words.between), None)
    return (ours.start, what.end()) if what and what[0].lower() in words.subjects else None


def _is_said(text: str, start: int, end: int, *, stands_alone: bool) -> bool:
    """Is what follows its subject a statement, or all there is?"""
    words, spoken = _words(), words_of(text[start:end])
    if not words.has.isdisjoint(spoken) and "been" not in spoken and words.object_behind.match(text, end):
        return False
    return stands_alone or not words.verbs.isdisjoint(spoken) or words.verb_behind.match(text, end) is not None


def _is_lead(before: list[_Word], at: int) -> bool:
    return before[at].lower in _words().subjects or (
        at > 0 and f"{before[at - 1].lower} {before[at].lower}" in _words().subjects
    )
