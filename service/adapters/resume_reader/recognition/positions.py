"""Entries to JSON Resume: positions, volunteering, schools, projects. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.contacts import urls
from service.adapters.resume_reader.recognition.entries import Entry, entries, span
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    LINE_MAX_CHARS,
    PROSE_MAX_CHARS,
    WORDS_MAX,
    around_at,
    bared,
    is_degree,
    is_employer,
    is_part_of_employer,
    is_place,
    is_position,
    is_school,
    pieces,
    split_list,
    stripped,
)

Json = dict[str, Any]

# A project's name before a colon.
NAME_MAX_CHARS = 80

_COMMA = re.compile(r",\s+(?!(?:Inc|Ltd|LLC|Co|GmbH|Corp|S\.A|SA|AG|SL|S\.L)\b)")
_TECHNOLOGIES = re.compile(
    r"(?:technolog(?:y|ies|ien)|tech(?:nology)? stack|stack(?: technique)?|tools?(?: used)?|built with|tecnologías|"
    r"technologien|environnement technique|skills|keywords)\s*:\s*",
    re.IGNORECASE,
)
_COURSES = re.compile(
    r"(?:relevant |related |selected )?(?:course ?work|courses|modules|schwerpunkte?|cours|asignaturas|cursos)\s*:\s*",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"\b(?:(?:cum(?:ulative)?\.?|major|overall)\s+)?"
    r"(?:gpa|cgpa|grade|note|abschlussnote|gesamtnote|endnote|moyenne|nota media|score)"
    r"\s*[:\-]?\s*(?P<score>[0-9][0-9.,]{0,5}(?:\s*/\s*[0-9]{1,3}(?:[.,][0-9]{1,2})?)?%?)",
    re.IGNORECASE,
)
_IN = re.compile(r"(?:^|\s+)(?:in|en|im Fach|der|in der)\s+|\s*[:,(–]\s*", re.IGNORECASE)
_DEGREE = re.compile(
    r"(?:(?:Associate|Bachelor|Master|Doctor|Licence|Grado|Maestría|Máster|Mastère|Licenciatura)(?:['’]?s)?"
    r"(?:\s(?:of|en|de)\s[A-Z][\w.]+)?|[A-Z][\w.]{0,6}\.?(?:\s?(?:Sc|Eng|A)\.)?)(?=\s|$)(?P<rest>.*)"
)


def positions(lines: Sequence[Line], *, organisation: str) -> list[Json]:
    """Work, or with "organization" for the employer voluntary work."""
    found = [(entry, _Head(entry.heads)) for entry in entries(lines, is_complete=_names_both)]
    told = [head.is_title_first for _, head in found if head.is_title_first is not None]
    is_title_first = 2 * sum(told) >= len(told) if told else None
    read = (_position(entry, head, organisation, is_title_first) for entry, head in found)
    return [each for each in read if each][:ENTRIES_MAX]


class _Head:
    """What a position's head says. `title` and `employer` are empty where nothing tells which is which."""

    def __init__(self, heads: Sequence[str]) -> None:
        parts = _parts(heads)
        self.url = _taken_url(parts)
        self.place = _taken(parts[::-1], is_place) if len(parts) > 1 else ""
        if self.place:
            parts.remove(self.place)
        title = _index(parts, lambda part: is_position(part) and not is_employer(part))
        title = _index(parts, is_position) if title is None else title
        employer = _index(parts, is_employer) if title is None else None
        self.is_title_first: bool | None = None
        if len(parts) > 1 and title is not None:
            self.is_title_first = title == 0
        elif len(parts) > 1 and employer is not None:
            self.is_title_first = employer > 0
        self.title = parts.pop(title) if title is not None else ""
        self.employer = _taken(parts, is_employer)
        if (self.title or len(parts) == 1) and not self.employer:
            self.employer = _taken(parts, lambda part: not is_part_of_employer(part))
        elif self.employer and not self.title:
            self.title = _taken(parts, bool)
        self.rest = parts


def schools(lines: Sequence[Line]) -> list[Json]:
    found = (_school(entry) for entry in entries(lines, is_complete=_names_school_and_degree))
    return [each for each in found if each][:ENTRIES_MAX]


def projects(lines: Sequence[Line]) -> list[Json]:
    if lines and all(line.kind == "item" for line in lines):
        return [_listed_project(line.text) for line in lines][:ENTRIES_MAX]
    found = (_project(entry) for entry in entries(lines, is_complete=bool))
    return [each for each in found if each][:ENTRIES_MAX]


def _position(entry: Entry, head: _Head, organisation: str, is_title_first: bool | None) -> Json:  # noqa: FBT001
    title, employer = head.title, head.employer
    if not title and not employer and len(head.rest) > 1 and is_title_first is not None:
        title, employer = head.rest[:2] if is_title_first else head.rest[1::-1]
    told = _filled({"position": title, organisation: employer, "location": head.place, "url": head.url})
    # Where nothing tells which is which, nothing is said of either; the lines are kept as they are.
    body = _body(entry)
    return told | dict(span(entry.dates)) | body if title or employer or body else {}


def _school(entry: Entry) -> Json:
    told: Json = {}
    for text in (*entry.heads, *entry.prose, *entry.items):
        if (score := _SCORE.search(text)) and "score" not in told:
            told["score"] = score["score"]
    parts = _school_parts([_SCORE.sub("\t", head) for head in entry.heads])
    degree = _taken(parts, lambda part: is_degree(part) and not is_school(part)) or _taken(parts, is_degree)
    institution = _taken(parts, is_school)
    _taken(parts, is_place)
    institution = institution or _taken(parts, bool)
    if not (degree or institution):
        return {}
    studied, area = _studied(degree)
    told = _filled({"institution": institution, "studyType": studied, "area": area or _taken(parts, bool)}) | told
    is_end = entry.dates is not None and not entry.dates.is_range  # one date is that of the degree
    told |= {"endDate": entry.dates.since} if entry.dates and is_end else dict(span(entry.dates))
    courses = list(_courses(entry))
    return told | ({"courses": courses[:WORDS_MAX]} if courses else {})


def _studied(degree: str) -> tuple[str, str]:
    """`Master of Science in Physics` is the one in the other, `BSc Physics` as well."""
    if len(halves := _IN.split(degree, maxsplit=1)) == 2 and is_degree(halves[0]):
        return bared(halves[0]), bared(halves[1])
    if (found := _DEGREE.match(degree)) and is_degree(degree[: found.start("rest")]):
        return bared(degree[: found.start("rest")]), bared(_IN.sub("", found["rest"], count=1))
    return degree, ""


def _courses(entry: Entry) -> Iterator[str]:
    for text in (*entry.prose, *entry.items):
        if label := _COURSES.match(text):
            yield from (course for course in split_list(text[label.end() :]) if len(course) <= LINE_MAX_CHARS)
    yield from (item for item in entry.items if not _COURSES.match(item) and len(item) <= LINE_MAX_CHARS)


def _project(entry: Entry) -> Json:
    parts = [part for head in entry.heads for part in pieces(head) if len(part) <= LINE_MAX_CHARS]
    url = _taken_url(parts)
    name = _taken(parts, bool)
    if not name:
        return {}
    listed = _taken(parts, lambda part: "," in part)
    body = _described(entry)
    keywords = [*split_list(listed), *body.pop("keywords", ())][:WORDS_MAX]
    described = {} if "description" in body else {"description": _taken(parts, bool)}
    told = {"name": name, "url": url} | described | dict(span(entry.dates)) | body | {"keywords": keywords}
    return _filled(told)


def _listed_project(text: str) -> Json:
    """`Name: what it is`, or what it is."""
    head, colon, rest = text.partition(":")
    if colon and len(head) <= NAME_MAX_CHARS and rest.strip() and not rest.startswith("//"):
        return _filled({"name": bared(head), "description": rest.strip()[:PROSE_MAX_CHARS]})
    key = "name" if len(text) <= NAME_MAX_CHARS and not text.endswith(".") else "description"
    return _filled({key: text})


def _body(entry: Entry) -> Json:
    """What an entry says below its head."""
    said = "\n".join(entry.prose)
    told = {"summary": said if len(said) <= PROSE_MAX_CHARS else "", "highlights": entry.items[:WORDS_MAX]}
    return _filled(told)


def _described(entry: Entry) -> Json:
    """The same of a project; its technologies where it names them so, and what stands above them."""
    words: list[str] = []
    prose: list[str] = []
    items: list[str] = []
    for text in (*entry.prose, *entry.items):
        if label := _TECHNOLOGIES.match(text):
            words += (word for word in split_list(text[label.end() :]) if len(word) <= LINE_MAX_CHARS)
        elif text in entry.items:
            items.append(text)
        elif not words:
            prose.append(text)
    said = "\n".join(prose)
    told = {"description": said if len(said) <= PROSE_MAX_CHARS else "", "keywords": words[:WORDS_MAX]}
    return _filled(told | {"highlights": items[:WORDS_MAX]})


def _parts(heads: Sequence[str]) -> list[str]:
    """The pieces of a head; a comma parts what names a position from what does not."""
    found: list[str] = []
    for piece in (part for head in heads for each in pieces(head) for part in around_at(each)):
        halves = [half for each in _COMMA.split(piece) if (half := bared(each))]
        told = [is_position(half) for half in halves]
        found += halves if any(told) and not all(told) else [piece]
    return [part for part in found if len(part) <= LINE_MAX_CHARS]


def _school_parts(heads: Sequence[str]) -> list[str]:
    """The pieces of a head; a comma parts a degree from a school, and leaves each with what follows it."""
    found: list[str] = []
    for piece in (each for head in heads for each in pieces(head)):
        cuts = [0]
        for comma in _COMMA.finditer(piece):
            following = piece[comma.end() :].partition(",")[0]
            before = piece[cuts[-1] : comma.start()]
            if (is_school(following) and is_degree(before)) or (is_degree(following) and is_school(before)):
                cuts.append(comma.end())
        found += [bared(piece[start:end]) for start, end in zip(cuts, [*cuts[1:], len(piece)], strict=True)]
    return [part for part in found if part and len(part) <= LINE_MAX_CHARS]


def _index(parts: Sequence[str], tells: Callable[[str], bool]) -> int | None:
    return next((index for index, part in enumerate(parts) if tells(part)), None)


def _taken(parts: list[str], tells: Callable[[str], object]) -> str:
    """The first part that tells, taken out; empty where none does."""
    index = _index(parts, lambda part: bool(tells(part)))
    return "" if index is None else parts.pop(index)


def _taken_url(parts: list[str]) -> str:
    for index, part in enumerate(parts):
        if found := next(urls(part), None):
            parts[index : index + 1] = stripped((part[: found.start()], part[found.end() :]))
            return found[0].rstrip(".,")
    return ""


def _filled(told: Json) -> Json:
    return {name: value for name, value in told.items() if value}


def _names_both(heads: Sequence[str]) -> bool:
    parts = [part for part in _parts(heads) if not is_place(part)]
    return len(parts) > 1


def _names_school_and_degree(heads: Sequence[str]) -> bool:
    parts = _school_parts(heads)
    return any(map(is_degree, parts)) and any(is_school(part) for part in parts)
