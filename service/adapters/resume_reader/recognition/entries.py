"""A section's lines as entries: of each its head, its dates, and what it says below. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from service.adapters.resume_reader.lines import LINE_MAX_CHARS, Line
from service.adapters.resume_reader.recognition.dates import Dates, find, is_duration
from service.adapters.resume_reader.recognition.entry_boundaries import Dated, IsComplete, Start, header_end, starts
from service.adapters.resume_reader.recognition.places import is_place
from service.adapters.resume_reader.recognition.words import ending_in, is_inner, is_position


@dataclass(slots=True)
class Entry:
    """`header` are without the dates. `prose` are lines before the first item, in one run. `level` is that of the
    heading it begins with, 0 where it begins with none; `under` is the heading that stands above several entries.
    `is_banner_above` tells that a line which names no position stands above the dates, `event` that those are the day
    on which somebody came or went."""

    header: list[str] = field(default_factory=list[str])
    dates: Dates | None = None
    prose: list[str] = field(default_factory=list[str])
    items: list[str] = field(default_factory=list[str])
    level: int = 0
    under: str = ""
    is_banner_above: bool = False
    event: Literal["", "joined", "left"] = ""


def entries(lines: Sequence[Line], *, is_complete: IsComplete) -> list[Entry]:
    """`is_complete` tells of the lines of a header whether nothing is missing in it."""
    dated = [Dated(line, find(line.text)) for line in lines if not is_duration(line.text)]
    found = starts(dated, is_complete)
    ends = [*(start.at for start in found[1:]), len(dated)][: len(found)]
    group: Dated | None = None
    read: list[Entry] = []
    for start, end in zip(found, ends, strict=True):
        first = dated[start.at]
        entry = _entry(dated[start.at : end], start, is_complete)
        entry.level = first.line.level if first.line.kind == "heading" else 0
        if group is not None and (not entry.level or entry.level > group.line.level):
            entry.under = group.rest
        else:
            group = first if entry.level else None
        read.append(entry)
    return read


def _entry(dated: Sequence[Dated], start: Start, is_complete: IsComplete) -> Entry:
    anchor = 0 if start.anchor is None else start.anchor - start.at
    end = header_end(dated, 0, anchor, is_complete)
    header = dated[:end]
    dates = next((each.dates for each in (header[anchor], *header[anchor:]) if each.dates), None)
    entry = Entry(header=[each.rest for each in header], dates=dates)
    entry.is_banner_above = anchor > 0 and not is_position(header[0].rest)
    for event in ("joined", "left"):
        if any(map(ending_in(event).search, entry.header)):
            entry.header, entry.event = [ending_in(event).sub("", line) for line in entry.header], event
    for each in dated[end:]:
        _add(entry, each.line)
    return entry


def _add(entry: Entry, line: Line) -> None:
    text = line.text.strip()
    if line.kind != "item" and is_inner(text):
        return  # "Responsibilities" is nothing that somebody did
    if line.kind == "item":
        entry.items.append(text)
    elif not entry.items:
        entry.prose.append(text)
    elif is_place(text):  # of a margin that was drawn last
        entry.header.append(text)
    elif text[:1].islower() and len(entry.items[-1]) + len(text) < LINE_MAX_CHARS:  # it goes on, without being set in
        entry.items[-1] += f" {text}"
    else:
        entry.items.append(text)


def span(dates: Dates | None) -> Iterator[tuple[str, str]]:
    if dates is not None:
        yield "startDate", dates.since
        if dates.until is not None:
            yield "endDate", dates.until
