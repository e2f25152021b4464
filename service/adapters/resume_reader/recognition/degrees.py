"""Degrees: in what somebody studied, and behind somebody's name. Pure."""

import re
from functools import cache

from service.adapters.resume_reader.recognition.places import without_place
from service.adapters.resume_reader.recognition.words import (
    alternatives,
    bared,
    known,
    label_before,
    listed,
    pattern,
    words_of,
)

# Two letters are as often a state, a firm or a product; they are a degree at the beginning, or before what it is in.
_SHORT = listed("ba bs jd ma md ms")
_SHORT_DEGREE = re.compile(
    r"(?:\A|\()(?:BA|BS|JD|MA|MD|MS)\b(?!\s+(?:Office|Excel|Word))|\b(?:BA|BS|MA|MS)(?:,| (?:in|of)) |, (?:BA|BS)\Z"
)
_SPACED = re.compile(r"\b([BM])\. (?=Sc|A\b|Eng|Ed)")
_COMPOUND = re.compile(r"dipl(?:om)?[.-]|diplom(?=[a-zäöü]{4})")
# Between a degree and what it is in.
_STUDIED_IN = r"\s+(?i:{studied_in})\s+"
_MARK = re.compile(r"\s*[:,(–]\s*")
# Shorter words are abbreviations, which are told by their capitals.
WHOLE_WORD_CHARS_MIN = 5

_DIPLOMA = re.compile(r"\(?dipl\.?(?:[- ]?[^\W\d_]{2,10}\.?)?\)?", re.IGNORECASE)
_BEFORE_NAMES = re.compile(
    r"(?:(?:Dipl\.?[- ]?[^\W\d_]{2,10}\.?(?: ?\((?:FH|TU|Univ\.?)\))?|Mag\.|[MB]\.? ?(?:Sc|A|Eng)\.|MSc|BSc|MBA) )+"
    r"(?=\w)"
)
NAME_WITH_DEGREES_MAX_CHARS = 120


@cache
def _degree() -> re.Pattern[str]:
    """A degree at the beginning."""
    whole = alternatives(word for word in known("words.degrees") if len(word) >= WHOLE_WORD_CHARS_MIN)
    return re.compile(
        rf"(?:(?i:{whole})(?:['’]?s)?(?:\s(?:of|en|de)\s[A-Z][\w.]+|\s[12])?"
        r"|[A-Z][\w.]{0,6}\.?(?:\s?(?:Sc|Eng|A)\.)?)(?=\s|$)(?P<rest>.*)"
    )


def is_degree(text: str) -> bool:
    """The `MA` of `Harvard University, Cambridge, MA` is none."""
    before, _ = without_place(_SPACED.sub(r"\1.", text))
    words = words_of(before)
    if any((word in known("words.degrees") and word not in _SHORT) or _COMPOUND.match(word) for word in words):
        return True
    return any(word in _SHORT for word in words) and _SHORT_DEGREE.search(before) is not None


def studied(degree: str, *, is_school_named: bool) -> tuple[str, str]:
    """`Master of Science in Physics` is the one in the other, `BSc Physics` as well.

    What follows a comma is what it was in or where it was; where the school is not named elsewhere, it is neither.
    """
    if (label := label_before("degree").match(degree)) and is_degree(degree[label.end() :]):
        degree = degree[label.end() :]
    first, _, _ = degree.partition(",")
    said = degree if is_school_named else first
    if (found := pattern(_STUDIED_IN).search(first)) and is_degree(degree[: found.start()]):
        return bared(degree[: found.start()]), bared(said[found.end() :])
    if (found := _degree().match(first)) and is_degree(degree[: found.start("rest")]) and found["rest"].strip(" ("):
        before, area = degree[: found.start("rest")], bared(said[found.start("rest") :])
        return (bared(first), "") if is_degree(area) else (bared(before), area)
    if (mark := _MARK.search(degree)) and is_degree(degree[: mark.start()]):
        area = bared(said[mark.end() :])
        return bared(degree[: mark.start()]), "" if is_degree(area) else area
    return bared(said) if is_degree(said) else degree, ""


def without_degrees(name: str, *, takes_states: bool) -> str:
    """`Jane Roe, PhD, PMP` is Jane Roe. `takes_states` tells that `Jane Roe, MA` stands where a name does: what is two
    letters behind a comma may as well be a place's state."""
    if len(name) > NAME_WITH_DEGREES_MAX_CHARS:
        return name
    words = _BEFORE_NAMES.sub("", name, count=1).split(" ") if _BEFORE_NAMES.match(name) else name.split(" ")
    while len(words) > 1:
        bare = words[-1].strip("(),").rstrip(".").casefold()
        is_behind_comma = words[-2].endswith(",") and words[-1].strip("(),").isupper()
        is_short = bare in known("words.degrees_behind_commas") and is_behind_comma and (takes_states or bare == "ba")
        if not (bare in known("words.degrees_behind_names") or is_short or _DIPLOMA.fullmatch(words[-1])):
            break
        words.pop()
    return bared(" ".join(words))
