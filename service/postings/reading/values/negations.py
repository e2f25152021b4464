"""Names that a posting says it does not ask for: "no Java needed", "keine SAP-Kenntnisse erforderlich"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import any_of

# The words before a name that negate it, and the clause behind it that says what is not.
BEFORE_CHARS = 48
BEHIND_CHARS = 80


@dataclass(frozen=True, slots=True)
class _Patterns:
    # What negates where the clause goes on to what is not needed, and what says that by itself.
    no: re.Pattern[str]
    no_need: re.Pattern[str]
    needed: re.Pattern[str]
    # "Java is not needed"; of what is "not required but a plus" the posting speaks well.
    is_not: re.Pattern[str]
    however: re.Pattern[str]
    clause_ends: re.Pattern[str]
    # The next of those that are not asked for; "and" may go on with what is.
    nor: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    filler = rf"(?:{_any_of('fillers')}(?:\s|(?<=['’])))"
    suffixes, verbs, nots = _any_of("suffixes"), _any_of("verbs"), _any_of("nots")
    return _Patterns(
        no=_compiled(rf"(?<![^\W_]){_any_of('no')}\s?{filler}{{0,3}}$"),
        no_need=_compiled(rf"(?<![^\W_]){_any_of('no_need')}(?:\s|(?<=['’])){filler}{{0,3}}$"),
        needed=_compiled(rf"(?<![^\W_]){_any_of('needed')}(?![^\W_])"),
        is_not=_compiled(rf"(?:[- ]{suffixes})?\s(?:{verbs}\s)?{nots}\s"),
        however=_compiled(rf",?\s{_any_of('however')}(?![^\W_])"),
        clause_ends=_compiled(rf"[;!?:\n]|[.,](?:\s|$)|(?<![^\W_]){_any_of('clauses')}(?![^\W_])"),
        nor=_compiled(rf"\s?(?:/|,?\s{_any_of('nor')}(?:\sde|\sd['’])?)\s?"),
    )


def _any_of(table: str) -> str:
    return any_of(lambda language: getattr(language.posting.negations, table))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def unwanted(text: str, spans: Sequence[Span]) -> set[Span]:
    """Those of the names at `spans`, in the order of the text, that are not asked for there."""
    found: set[Span] = set()
    previous = (0, 0)
    for span in spans:
        is_next = previous in found and _patterns().nor.fullmatch(text, previous[1], span[0]) is not None
        if is_next or _is_negated(text, span):
            found.add(span)
        previous = span
    return found


def _is_negated(text: str, span: Span) -> bool:
    before = text[max(0, span[0] - BEFORE_CHARS) : span[0]]
    if _patterns().no_need.search(before):
        return True
    behind = text[span[1] : span[1] + BEHIND_CHARS]
    if _patterns().no.search(before):
        return _patterns().needed.search(_patterns().clause_ends.split(behind, maxsplit=1)[0]) is not None
    is_not = _patterns().is_not.match(behind)
    needed = _patterns().needed.match(behind, is_not.end()) if is_not else None
    return needed is not None and _patterns().however.match(behind, needed.end()) is None
