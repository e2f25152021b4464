"""Which sentences of a letter say what its writer has done or is, and whether anything known speaks for them. Pure."""

import re
from collections.abc import Iterable

from service.emails.matching import MATCHED_MAX_CHARS, terms
from service.emails.offline.grammar import is_past

# So much of a sentence's telling words stand in the candidate's record where it retells it; fewer are chance.
SHARE_OF_RECORD = 1 / 3

# What looks back on the posting or the message itself, and says nothing of the candidate.
_ABOUT_THE_LETTER = re.compile(
    r"\b(?:read|saw|seen|noticed|found|heard|learn(?:ed|t)|discovered|came\s+across|come\s+across|attached|enclosed|"
    r"(?:was|were|been)\s+(?:very\s+)?(?:glad|happy|pleased|delighted|excited|intrigued|interested|impressed)|"
    r"wanted|hoped|reached\s+out|wrote\s+to\s+you|gelesen|gesehen|gefunden|entdeckt|interess\w+|lu|vu|trouvé|découvert|"
    r"leído|visto|encontrado)\b",
    re.IGNORECASE,
)
_I_DID = re.compile(
    r"\bI\s+(?:(?:also|then|once|first|later|previously|recently|\w+ly)\s+)?(?P<verb>\w+)\s+(?P<next>\w+)"
)
_I_HAVE_OR_AM = re.compile(
    r"\bI(?:\s+have|['’]ve)\s+(?!to\b)|\bI\s+(?:had|was|hold|held|possess|bring|know|speak)\b"
    r"|\bI(?:\s+am|['’]m)\s+(?:an?|the|certified|licensed|fluent)\b|\bas\s+an?\s+\w+[^.!?]{0,80},\s*I\b"
    r"|\bmy\s+(?:\w+\s+){0,2}(?:experience|degree|career|background|time\s+(?:at|with)|years|work\s+(?:at|on|for|with))\b"
    r"|\bmy\s+(?:PhD|doctorate|diploma|licen[cs]e)\b"
    r"|\b(?:ich\s+(?:habe|hatte|war|bin\s+(?:ein|seit)|besitze|verfüge|leitete|arbeitete|führte|entwickelte)|"
    r"(?:habe|war|leitete|arbeitete|entwickelte)\s+ich|meiner?\s+(?:erfahrung|laufbahn|promotion))\b"
    r"|\b(?:j['’]ai|j['’]étais|je\s+(?:suis\s+une?|possède|détiens)|mon\s+(?:expérience|doctorat))\b"
    r"|\b(?:he\s+\w+(?:ado|ido)|fui|trabajé|lideré|dirigí|desarrollé|soy\s+una?|tengo|mi\s+(?:experiencia|doctorado))\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(?:I|my|ich|je|mon|mi)\b.{0,80}\b(?:years?|decades?|jahren?|ans|années|años)\b", re.IGNORECASE)


def states_experience(sentence: str) -> bool:
    """Whether it says, in the first person, what somebody did, was, has or is able to."""
    if _ABOUT_THE_LETTER.search(sentence):
        return False
    if _I_HAVE_OR_AM.search(sentence) or _YEARS.search(sentence):
        return True
    return any(is_past(match["verb"], match["next"]) for match in _I_DID.finditer(sentence))


def speaks_of_years(sentence: str) -> bool:
    """Whether it says for how long somebody has done something."""
    return _YEARS.search(sentence) is not None


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The telling words of a record, all of it."""
    cut = (text[at : at + MATCHED_MAX_CHARS] for text in texts for at in range(0, len(text), MATCHED_MAX_CHARS))
    return frozenset(word for piece in cut for word in terms(piece))


def is_on_record(sentence: str, record: frozenset[str]) -> bool:
    """Whether enough of what it says is in the record. A sentence without telling words states nothing."""
    words = terms(sentence)
    return not words or len(words & record) >= SHARE_OF_RECORD * len(words)
