"""Schools: what somebody studied, where and when. Pure."""

from collections.abc import Iterator, Sequence

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.degrees import is_degree, studied
from service.adapters.resume_reader.recognition.entries import Entry, entries, span
from service.adapters.resume_reader.recognition.entry_header import COMMA, take
from service.adapters.resume_reader.recognition.places import is_place, without_place
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    LINE_MAX_CHARS,
    WORDS_MAX,
    Json,
    bared,
    filled,
    is_school,
    label_before,
    pattern,
    pieces,
    split_list,
)

_SCORE = (
    r"(?i)\b(?:(?:cum(?:ulative)?\.?|major|overall)\s+)?{labels.score}"
    r"\s*[:\-]?\s*(?P<score>[0-9][0-9.,]{0,5}(?:\s*/\s*[0-9]{1,3}(?:[.,][0-9]{1,2})?)?%?)"
)
# Opens what somebody studied: "Studium BWL".
_STUDY = r"(?i){labels.study}\b"


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
