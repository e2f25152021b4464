"""Names that a posting says it does not ask for: "no Java needed", "keine SAP-Kenntnisse erforderlich"."""

import re
from collections.abc import Sequence

from service.postings.reading.findings import Span

# The words before a name that negate it, and the clause behind it that says what is not.
BEFORE_CHARS = 48
BEHIND_CHARS = 80

_FILLERS = (
    r"(?:(?:prior|previous|any|such|experience|knowledge|expertise|vorherige|vertieften?|kenntnisse|erfahrung"
    r"|expériences?|connaissances?|préalables?|experiencia|conocimientos?|previa|previos|saber|with|in|of|mit|von"
    r"|en|de|con|du)\s|d['’])"
)
# What negates where the clause goes on to what is not needed ...
_NOT = re.compile(
    rf"(?<![^\W_])(?:no|not|kein(?:e[nr]?|erlei)?|aucune?|pas (?:de\s|d['’])|sin)\s?{_FILLERS}{{0,3}}$", re.IGNORECASE
)
# ... and what says that by itself.
_NO_NEED = re.compile(
    r"(?<![^\W_])(?:no need (?:for|to know)|(?:don['’]t|do not) need(?: to know)?|pas besoin de|no se requieren?"
    rf"|no se necesitan?|no hace falta|no es necesari[oa])\s{_FILLERS}{{0,3}}$|(?<![^\W_])pas besoin d['’]$",
    re.IGNORECASE,
)
_NEEDED = re.compile(
    r"(?<![^\W_])(?:needed|required|necessary|expected|nötig|erforderlich|notwendig|vorausgesetzt|benötigt|nécessaires?"
    r"|requis(?:es?)?|exigée?s?|demandée?s?|necesari[oa]s?|requerid[oa]s?|imprescindibles?)(?![^\W_])",
    re.IGNORECASE,
)
# "Java is not needed"; of what is "not required but a plus" the posting speaks well.
_IS_NOT = re.compile(
    r"(?:[- ](?:experience|knowledge|skills|kenntnisse|erfahrung))?\s(?:(?:is|are|ist|sind|wird|werden|n['’]est)\s)?"
    r"(?:not|nicht|pas|no es|no son)\s",
    re.IGNORECASE,
)
_HOWEVER = re.compile(r",?\s(?:but|however|though|aber|jedoch|mais|pero|aunque)(?![^\W_])", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(
    r"[;!?:\n]|[.,](?:\s|$)|(?<![^\W_])(?:but|aber|sondern|mais|pero|sino)(?![^\W_])", re.IGNORECASE
)
# The next of those that are not asked for; "and" may go on with what is.
_OR = re.compile(r"\s?(?:/|,?\s(?:or|nor|oder|noch|ou|ni|o|u)(?:\sde|\sd['’])?)\s?", re.IGNORECASE)


def unwanted(text: str, spans: Sequence[Span]) -> set[Span]:
    """Those of the names at `spans`, in the order of the text, that are not asked for there."""
    found: set[Span] = set()
    previous = (0, 0)
    for span in spans:
        is_next = previous in found and _OR.fullmatch(text, previous[1], span[0]) is not None
        if is_next or _is_negated(text, span):
            found.add(span)
        previous = span
    return found


def _is_negated(text: str, span: Span) -> bool:
    before = text[max(0, span[0] - BEFORE_CHARS) : span[0]]
    if _NO_NEED.search(before):
        return True
    behind = text[span[1] : span[1] + BEHIND_CHARS]
    if _NOT.search(before):
        return _NEEDED.search(_CLAUSE_ENDS.split(behind, maxsplit=1)[0]) is not None
    is_not = _IS_NOT.match(behind)
    needed = _NEEDED.match(behind, is_not.end()) if is_not else None
    return needed is not None and _HOWEVER.match(behind, needed.end()) is None
