"""Sections that are lists: languages, certificates, awards, publications, interests, references. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from service import vocabulary
from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.dates import find
from service.adapters.resume_reader.recognition.skills import keywords
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    LINE_MAX_CHARS,
    any_of,
    bared,
    is_position,
    stripped,
    words_of,
)

Json = dict[str, Any]

_GAP = re.compile(r"\s*[\t|]\s*")


@cache
def _level() -> re.Pattern[str]:
    """A language and how well: as the Common European Framework has it, or in words."""
    levels = any_of("words.fluency")
    return re.compile(
        r"(?P<language>[^\W\d_][^\W\d_ -]*(?: [^\W\d_]+)?)\s*(?:[-–—:(|\t]\s*|\s)"
        rf"(?P<fluency>\(?(?:[abc][12](?:[ ./+-].{{0,40}})?|.{{0,20}}(?:{levels}).{{0,60}}))\s*\)?\s*",
        re.IGNORECASE,
    )


def languages(lines: Sequence[Line]) -> list[Json]:
    """Languages that people speak; what is listed under the same heading and is none is left to others."""
    return [each for line in lines for text in _spoken(line.text) if (each := _language(text))][:ENTRIES_MAX]


def certificates(lines: Sequence[Line]) -> list[Json]:
    """`Certified Administrator, CNCF, 2022`: what, from whom, when. A level after a comma is part of what it is."""
    found: list[Json] = []
    for line in lines:
        dates = find(line.text)
        text = dates.cut_from(line.text) if dates else line.text
        parts = [part for each in _GAP.split(text) if (part := bared(each)) and len(part) <= LINE_MAX_CHARS]
        if len(parts) == 1 and parts[0].count(", ") == 1 and not is_position(parts[0].partition(", ")[2]):
            parts = stripped(parts[0].split(", "))
        if parts:
            issuer = {"issuer": parts[1]} if len(parts) > 1 else {}
            found.append({"name": parts[0]} | issuer | ({"date": dates.since} if dates else {}))
    return found[:ENTRIES_MAX]


def awards(lines: Sequence[Line]) -> list[Json]:
    """What and when; from whom is not told apart from what for."""
    found: list[Json] = []
    for line in lines:
        dates = find(line.text)
        title = max(map(bared, (dates.cut_from(line.text) if dates else line.text).split("\t")), key=len)
        if title and len(title) <= LINE_MAX_CHARS:
            found.append({"title": title} | ({"date": dates.since} if dates else {}))
    return found[:ENTRIES_MAX]


def publications(lines: Sequence[Line]) -> list[Json]:
    """A title goes on over several lines, up to the one that ends in a full stop."""
    runs: list[str] = []
    for line in lines:
        goes_on = line.kind == "paragraph" and (line.text[:1].islower() or not runs[-1:] or runs[-1][-1:] not in ".!?)")
        if runs and goes_on and len(runs[-1]) + len(line.text) < LINE_MAX_CHARS:
            runs[-1] += f"\n{line.text}"
        else:
            runs.append(line.text)
    found = ((text, find(text)) for text in runs if len(text) <= LINE_MAX_CHARS)
    return [{"name": text} | ({"releaseDate": dates.since} if dates else {}) for text, dates in found][:ENTRIES_MAX]


def interests(lines: Sequence[Line]) -> list[Json]:
    return [{"name": each} for line in lines for each in keywords(line.text)][:ENTRIES_MAX]


def references(lines: Sequence[Line]) -> list[Json]:
    return [{"reference": line.text.strip()} for line in lines][:ENTRIES_MAX]


def _spoken(text: str) -> Iterator[str]:
    """`German (native), English – C1` is two; "Spanish: lu, écrit, parlé" is one."""
    whole = [part for part in re.split(r"[;•·|\t]|,(?![^(]*\))|\s/\s", text) if part.strip()]
    merged: list[str] = []
    for part in whole:
        is_language = any(word in vocabulary.language_names() for word in words_of(part)[:2])
        if merged and not is_language:
            merged[-1] = text[text.find(merged[-1]) : text.find(part, text.find(merged[-1])) + len(part)]
        else:
            merged.append(part)
    yield from merged


def _language(text: str) -> Json | None:
    bare = bared(text)
    words = words_of(bare)
    if not words or len(bare) > LINE_MAX_CHARS or not any(word in vocabulary.language_names() for word in words[:2]):
        return None
    if found := _level().fullmatch(bare):
        return {"language": bared(found["language"]), "fluency": bared(found["fluency"])}
    if len(words) == 1:
        return {"language": bare}
    head, _, rest = bare.partition(" ")
    return {"language": bared(head), "fluency": bared(rest)} if bared(rest) else {"language": bared(head)}
