"""Entries to JSON Resume: positions, volunteering, projects, and schools. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.entries import Entry, entries, span
from service.adapters.resume_reader.recognition.entry_header import COMMA, Header, is_complete, take, take_url
from service.adapters.resume_reader.recognition.places import is_degree, is_place, without_place
from service.adapters.resume_reader.recognition.sections import BOLD_LEVEL
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    LINE_MAX_CHARS,
    PROSE_MAX_CHARS,
    WORDS_MAX,
    Json,
    alternatives,
    bared,
    filled,
    is_school,
    joined,
    known,
    label_before,
    pattern,
    phrase_of,
    pieces,
    split_list,
)

# A project's name before a colon.
NAME_MAX_CHARS = 80
# Between two positions with one employer; who was away for longer was elsewhere.
PROMOTION_GAP_MONTHS = 4
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


def positions(lines: Sequence[Line], *, organisation: str) -> list[Json]:
    """Work, or with "organization" for the employer voluntary work."""
    read = entries(lines, is_complete=is_complete)
    headers = list(_headers(read, is_voluntary=organisation == "organization"))
    told = [header.is_title_first for header in headers if header.is_title_first is not None]
    is_title_first = 2 * sum(told) >= len(told) if told else None
    found = (_position(*each, organisation, is_title_first=is_title_first) for each in zip(read, headers, strict=True))
    return [each for each in found if each][:ENTRIES_MAX]


def _headers(read: Sequence[Entry], *, is_voluntary: bool) -> Iterator[Header]:
    """The header of each entry. A single name that is neither recognised as a title nor as an employer is taken for the
    employer of the positions below it; for the organisation in voluntary work."""
    group: Header | None = None  # the last that names its employer
    last: Entry | None = None
    for entry, following in zip_longest(read, read[1:]):
        header = Header(entry.header)
        is_above = following is not None and bool(following.under) and not entry.under
        if (is_voluntary or is_above) and not header.title and not header.employer and len(header.rest) == 1:
            header.employer = header.rest.pop()
        if (
            not header.employer
            and not header.rest
            and header.title
            and not phrase_of("independent").search(header.title)
        ):
            if entry.under:
                _take_over(header, Header([entry.under]))
            elif group is not None and last is not None and _is_promotion(group, last, header, entry):
                header.employer, header.place = group.employer, header.place or group.place
        header.take_team()
        if entry.is_banner_above and header.employer:
            group = header
        elif header.employer and group is not None and header.employer != group.employer:
            group = None
        last = entry
        yield header


def _take_over(header: Header, above: Header) -> None:
    """A position that names no employer has the one that stands above it, where that is a heading of nothing else."""
    names = [name for name in (above.employer, *above.rest) if name]
    if len(names) == 1 and not above.title:
        name, place = without_place(names[0])
        header.employer, header.place = name or names[0], header.place or above.place or place


def _is_promotion(group: Header, last: Entry, header: Header, entry: Entry) -> bool:
    """Whether a position without an employer of its own is one more with the one before: that one stands in a line of
    its own above its first position, this one has none above it, and follows it in time. What stands behind the title
    is a team where it is one there too."""
    if entry.is_banner_above or (header.team and not group.team) or entry.dates is None or last.dates is None:
        return False
    later, earlier = sorted((last.dates, entry.dates), key=lambda dates: dates.since, reverse=True)
    return earlier.until is not None and _months(later.since) - _months(earlier.until) <= PROMOTION_GAP_MONTHS


def _months(date: str) -> int:
    """Since the year 0; a year alone counts to its end, so that it adjoins the next."""
    return 12 * int(date[:4]) + (int(date[5:7]) if len(date) > 4 else 12)


def projects(lines: Sequence[Line]) -> list[Json]:
    if lines and all(line.kind == "item" for line in lines):
        return [_listed_project(line.text) for line in lines][:ENTRIES_MAX]
    found = (_project(entry) for entry in entries(lines, is_complete=_is_named))
    return [each for each in found if each][:ENTRIES_MAX]


def _is_named(lines: Sequence[str], *, surely: bool = False) -> bool:
    return bool(lines)


def _position(entry: Entry, header: Header, organisation: str, *, is_title_first: bool | None) -> Json:
    title, employer = header.title, header.employer
    if not title and not employer and len(header.rest) > 1 and is_title_first is not None:
        title, employer = header.rest[:2] if is_title_first else header.rest[1::-1]
    told = filled({"position": title, organisation: employer, "location": header.place, "url": header.url})
    # Where nothing tells which is which, nothing is said of either; the lines are kept as they are.
    body = filled({"summary": joined(entry.prose), "highlights": entry.items[:WORDS_MAX]})
    if entry.event:  # until when it went on is another line's to tell
        return told | body if entry.event == "joined" else {}
    is_entry = title or employer or (body and (entry.dates or 0 < entry.level < BOLD_LEVEL))
    return told | span(entry.dates) | body if is_entry else {}


def _project(entry: Entry) -> Json:
    parts = [part for line in entry.header for part in pieces(line) if len(part) <= LINE_MAX_CHARS]
    url = take_url(parts)
    name = take(parts, bool)
    if not name:
        return {}
    listed = take(parts, lambda part: "," in part)
    body = _described(entry)
    keywords = [*split_list(listed), *body.pop("keywords", ())][:WORDS_MAX]
    described = {} if "description" in body else {"description": take(parts, bool)}
    told = {"name": name, "url": url} | described | span(entry.dates) | body | {"keywords": keywords}
    return filled(told)


def _listed_project(text: str) -> Json:
    """`Name: what it is`, or what it is."""
    head, colon, rest = text.partition(":")
    if colon and len(head) <= NAME_MAX_CHARS and rest.strip() and not rest.startswith("//"):
        return filled({"name": bared(head), "description": rest.strip()[:PROSE_MAX_CHARS]})
    key = "name" if len(text) <= NAME_MAX_CHARS and not text.endswith(".") else "description"
    return filled({key: text})


def _described(entry: Entry) -> Json:
    """What a project says below its header; its technologies where it names them so, and what stands above them."""
    words: list[str] = []
    prose: list[str] = []
    items: list[str] = []
    for text in (*entry.prose, *entry.items):
        if label := label_before("technologies").match(text):
            words += split_list(text[label.end() :])
        elif text in entry.items:
            items.append(text)
        elif not words:
            prose.append(text)
    return filled({"description": joined(prose), "keywords": words[:WORDS_MAX], "highlights": items[:WORDS_MAX]})


def schools(lines: Sequence[Line]) -> list[Json]:
    found: list[Json] = []
    above = ""  # the school that stands in a line of its own above the first of several degrees
    for entry in entries(lines, is_complete=_is_school_complete):
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
    parts = _school_parts([pattern(_SCORE).sub("\t", line) for line in entry.header])
    degree = take(parts, lambda part: is_degree(part) and not is_school(part)) or take(parts, is_degree)
    institution = take(parts, is_school) or take(parts, bool)
    if not (degree or institution) or entry.event == "joined":
        return {}
    study, area = studied(degree, is_school_named=bool(institution))
    told = {"institution": institution, "studyType": study, "area": area or take(parts, bool)} | told
    is_end = entry.dates is not None and not entry.dates.is_range  # one date is that of the degree
    told |= {"endDate": entry.dates.since} if entry.dates and is_end else span(entry.dates)
    return filled(told | {"courses": list(_courses(entry))[:WORDS_MAX]})


def _courses(entry: Entry) -> Iterator[str]:
    for text in (*entry.prose, *entry.items):
        if label := label_before("courses").match(text):
            yield from split_list(text[label.end() :])
    yield from (item for item in entry.items if not label_before("courses").match(item) and len(item) <= LINE_MAX_CHARS)


def _school_parts(header: Sequence[str]) -> list[str]:
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


def _is_school_complete(header: Sequence[str], *, surely: bool = False) -> bool:
    parts = _school_parts(header)
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


@cache
def _degree() -> re.Pattern[str]:
    """A degree at the beginning."""
    whole = alternatives(word for word in known("words.degrees") if len(word) >= WHOLE_WORD_CHARS_MIN)
    return re.compile(
        rf"(?:(?i:{whole})(?:['’]?s)?(?:\s(?:of|en|de)\s[A-Z][\w.]+|\s[12])?"
        r"|[A-Z][\w.]{0,6}\.?(?:\s?(?:Sc|Eng|A)\.)?)(?=\s|$)(?P<rest>.*)"
    )
