"""Schools: what somebody studied, where and when. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.entries import Entry, entries, span
from service.adapters.resume_reader.recognition.entry_header import COMMA, take
from service.adapters.resume_reader.recognition.places import is_degree, is_place, without_place
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    LINE_MAX_CHARS,
    WORDS_MAX,
    Json,
    alternatives,
    bared,
    filled,
    is_school,
    known,
    label_before,
    pattern,
    pieces,
    split_list,
)

# Between a degree and what it is in.
_STUDIED_IN = r"\s+(?i:{studied_in})\s+"
_MARK = re.compile(r"\s*[:,(–]\s*")
# Shorter words are abbreviations, which are told by their capitals.
WHOLE_WORD_CHARS_MIN = 5
_SCORE = (
    r"(?i)\b(?:(?:cum(?:ulative)?\.?|major|overall)\s+)?{labels.score}"
    r"\s*[:\-]?\s*(?P<score>[0-9][0-9.,]{0,5}(?:\s*/\s*[0-9]{1,3}(?:[.,][0-9]{1,2})?)?%?)"
)
# Opens what somebody studied: "Studium BWL".
_STUDY = r"(?i){labels.study}\b"


@cache
def _degree() -> re.Pattern[str]:
    """A degree at the beginning."""
    whole = alternatives(word for word in known("words.degrees") if len(word) >= WHOLE_WORD_CHARS_MIN)
    return re.compile(
        rf"(?:(?i:{whole})(?:['’]?s)?(?:\s(?:of|en|de)\s[A-Z][\w.]+|\s[12])?"
        r"|[A-Z][\w.]{0,6}\.?(?:\s?(?:Sc|Eng|A)\.)?)(?=\s|$)(?P<rest>.*)"
    )


def schools(lines: Sequence[Line]) -> list[Json]:
    found: list[Json] = []
    above = ""  # the school that stands in a line of its own above the first of several degrees
    for entry in entries(lines, is_complete=_is_complete):
        if told := _school(entry):
            if entry.is_banner_above:
                above = told.get("institution", "")
            elif "studyType" in told and "institution" not in told and above:
                told = {"institution": above} | told
            else:
                above = ""
            found.append(told)
    return found[:ENTRIES_MAX]


def _school(entry: Entry) -> Json:
    told: Json = {}
    for text in (*entry.header, *entry.prose, *entry.items):
        if (score := pattern(_SCORE).search(text)) and "score" not in told:
            told["score"] = score["score"]
    parts = _parts([pattern(_SCORE).sub("\t", line) for line in entry.header])
    degree = take(parts, lambda part: is_degree(part) and not is_school(part)) or take(parts, is_degree)
    institution = take(parts, is_school) or take(parts, bool)
    if not (degree or institution) or entry.event == "joined":
        return {}
    study, area = studied(degree, is_school_named=bool(institution))
    told = {"institution": institution, "studyType": study, "area": area or take(parts, bool)} | told
    is_end = entry.dates is not None and not entry.dates.is_range  # one date is that of the degree
    told |= {"endDate": entry.dates.since} if entry.dates and is_end else dict(span(entry.dates))
    return filled(told | {"courses": list(_courses(entry))[:WORDS_MAX]})


def _courses(entry: Entry) -> Iterator[str]:
    for text in (*entry.prose, *entry.items):
        if label := label_before("courses").match(text):
            yield from split_list(text[label.end() :])
    yield from (item for item in entry.items if not label_before("courses").match(item) and len(item) <= LINE_MAX_CHARS)


def _parts(header: Sequence[str]) -> list[str]:
    """The pieces of a head, without places; a comma parts a degree from a school, and leaves each with what follows."""
    found: list[str] = []
    for piece in (each for line in header for each in pieces(line)):
        said = piece if is_place(piece) else without_place(piece)[0]
        cuts = [0]
        for comma in COMMA.finditer(said):
            rest = said[comma.end() :]
            following, before = rest.partition(",")[0], said[cuts[-1] : comma.start()]
            is_degree_next = is_degree(following) and (is_degree(f"{before}, {rest}") or not following.isupper())
            is_study = is_degree(before) or pattern(_STUDY).match(before) is not None
            if (is_school(following) and is_study) or (is_degree_next and is_school(before)):
                cuts.append(comma.end())
        found += [bared(said[start:end]) for start, end in zip(cuts, [*cuts[1:], len(said)], strict=True)]
    return [part for part in found if part and len(part) <= LINE_MAX_CHARS and not is_place(part)]


def _is_complete(header: Sequence[str], *, surely: bool = False) -> bool:
    parts = _parts(header)
    return any(map(is_degree, parts)) and any(is_school(part) for part in parts)


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
