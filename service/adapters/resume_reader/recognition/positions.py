"""Entries to JSON Resume: positions, volunteering, schools, projects. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.entries import Entry, entries, span
from service.adapters.resume_reader.recognition.entry_header import Head, is_complete, taken, taken_url
from service.adapters.resume_reader.recognition.places import without_place
from service.adapters.resume_reader.recognition.sections import BOLD_LEVEL
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    LINE_MAX_CHARS,
    PROSE_MAX_CHARS,
    WORDS_MAX,
    bared,
    pieces,
    split_list,
)

Json = dict[str, Any]

# A project's name before a colon.
NAME_MAX_CHARS = 80

_TECHNOLOGIES = re.compile(
    r"(?:technolog(?:y|ies|ien)|tech(?:nology)? stack|stack(?: technique)?|tools?(?: used)?|built with|tecnologías|"
    r"technologien|environnement technique|skills|keywords)\s*:\s*",
    re.IGNORECASE,
)


def positions(lines: Sequence[Line], *, organisation: str) -> list[Json]:
    """Work, or with "organization" for the employer voluntary work."""
    read = entries(lines, is_complete=is_complete)
    heads = list(_heads(read, is_voluntary=organisation == "organization"))
    told = [head.is_title_first for head in heads if head.is_title_first is not None]
    is_title_first = 2 * sum(told) >= len(told) if told else None
    found = (_position(*each, organisation, is_title_first=is_title_first) for each in zip(read, heads, strict=True))
    return [each for each in found if each][:ENTRIES_MAX]


def _heads(read: Sequence[Entry], *, is_voluntary: bool) -> Iterator[Head]:
    """A name alone, which no word of it tells to be a position or an employer, is whose the positions under it are, or
    whom one helped."""
    for entry, following in zip_longest(read, read[1:]):
        head = Head(entry.heads)
        is_above = following is not None and bool(following.under) and not entry.under
        if (is_voluntary or is_above) and not head.title and not head.employer and len(head.rest) == 1:
            head.employer = head.rest.pop()
        if entry.under and head.title and not head.employer and not head.rest:
            _take_over(head, Head([entry.under]))
        yield head


def _take_over(head: Head, above: Head) -> None:
    """A position that names no employer has the one that stands above it, where that is a heading of nothing else."""
    names = [name for name in (above.employer, *above.rest) if name]
    if len(names) == 1 and not above.title:
        name, place = without_place(names[0])
        head.employer, head.place = name or names[0], head.place or above.place or place


def projects(lines: Sequence[Line]) -> list[Json]:
    if lines and all(line.kind == "item" for line in lines):
        return [_listed_project(line.text) for line in lines][:ENTRIES_MAX]
    found = (_project(entry) for entry in entries(lines, is_complete=bool))
    return [each for each in found if each][:ENTRIES_MAX]


def _position(entry: Entry, head: Head, organisation: str, *, is_title_first: bool | None) -> Json:
    title, employer = head.title, head.employer
    if not title and not employer and len(head.rest) > 1 and is_title_first is not None:
        title, employer = head.rest[:2] if is_title_first else head.rest[1::-1]
    told = _filled({"position": title, organisation: employer, "location": head.place, "url": head.url})
    # Where nothing tells which is which, nothing is said of either; the lines are kept as they are.
    body = _body(entry)
    is_entry = title or employer or (body and (entry.dates or 0 < entry.level < BOLD_LEVEL))
    return told | dict(span(entry.dates)) | body if is_entry else {}


def _project(entry: Entry) -> Json:
    parts = [part for head in entry.heads for part in pieces(head) if len(part) <= LINE_MAX_CHARS]
    url = taken_url(parts)
    name = taken(parts, bool)
    if not name:
        return {}
    listed = taken(parts, lambda part: "," in part)
    body = _described(entry)
    keywords = [*split_list(listed), *body.pop("keywords", ())][:WORDS_MAX]
    described = {} if "description" in body else {"description": taken(parts, bool)}
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


def _filled(told: Json) -> Json:
    return {name: value for name, value in told.items() if value}
