"""The body of a posting: its sections' items, and the technologies named outside the small talk."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache

from service.postings.model import ITEM_MAX_CHARS, ITEMS_MAX, TECHNOLOGIES_MAX
from service.postings.reading.findings import Field, Finding, Span, at
from service.postings.reading.page import sentences
from service.postings.reading.page.labels import is_labelled
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.outline import Outline, Section
from service.postings.reading.text.phrases import Phrases, by_meaning
from service.postings.reading.values import technologies

# A section without a list is a few paragraphs; more of them are the rest of the page.
PARAGRAPHS_MAX = 8
# Items as one string: a sentence's end, a line's, or a semicolon.
_BOUNDARY = re.compile(r"\n|;\s|(?<=[a-z)][.!])\s(?=[A-Z])")
_BULLET = re.compile(r"[-*•·–]\s")
# Where a posting names what it asks for; the employer's story and its benefits name other things.
_SAID = frozenset({"company", "remote", "salary", "is_open", "valid_through"})
_SKILLS = frozenset({"requirements", "technologies"})
_TECHNICAL = frozenset({"requirements", "responsibilities", "technologies", "other"})


def contents(body: Outline) -> Iterator[Finding]:
    """Requirements, responsibilities and technologies, with spans in the document's own text turned into the lines
    they show (`Finding.shown`), so that they can be found again wherever that text was put."""
    for finding in in_place(body):
        if finding.span:
            yield _portable(body.document, finding)


def said_in(body: Outline) -> Iterator[Finding]:
    """What the body's sentences say where the properties beside it are silent. Title and place are not taken from
    them: the page's structure knows those better."""
    for finding in sentences.read(body, "text").findings:
        if finding.field in _SAID:
            yield _portable(body.document, finding)


def in_place(outline: Outline) -> Iterator[Finding]:
    """The body's responsibilities, requirements and technologies, with spans in the document's text."""
    fields: tuple[Field, ...] = ("responsibilities", "requirements")
    for field in fields:
        lines = (line for section in outline.sections if section.kind == field for line in section_items(section))
        items = [line for line in lines if not line.text.endswith((":", "："))]  # these name the items behind them
        for line in items[:ITEMS_MAX]:
            yield at(field, line, line.text[:ITEM_MAX_CHARS], part=(0, min(len(line.text), ITEM_MAX_CHARS)))
    yield from _technologies(outline.document.text, outline.sections)


def section_items(section: Section) -> list[Line]:
    """The section's list, up to the paragraph behind it; without a list, its paragraphs, less what labels say."""
    lines = [line for line in section.lines if line.kind != "link" and not _says_nothing(line.text)]
    start = next((index for index, line in enumerate(lines) if line.kind == "item"), None)
    if start is None:
        return [line for line in lines if not is_labelled(line.text)][:PARAGRAPHS_MAX]
    stop = next((index for index in range(start, len(lines)) if lines[index].kind != "item"), len(lines))
    return lines[start:stop]


def split(text: str, span: Span | None) -> Iterator[tuple[str, Span | None]]:
    """The entries of a list that came as one string, each with its place where the whole has one."""
    position = 0
    for boundary in [*_BOUNDARY.finditer(text), None]:
        stop = boundary.start() if boundary else len(text)
        raw = text[position:stop]
        bare = raw.strip()
        mark = _BULLET.match(bare)
        bare = bare[mark.end() :].strip() if mark else bare
        if bare:
            start = text.index(bare, position)
            known = span is not None and span[1] - span[0] == len(text)
            yield bare, (span[0] + start, span[0] + start + len(bare)) if span and known else None
        position = boundary.end() if boundary else stop


def _technologies(text: str, found: Sequence[Section]) -> Iterator[Finding]:
    names: set[str] = set()
    for section in found:
        if section.kind not in _TECHNICAL or not (section.lines or section.heading):
            continue
        start = section.heading.start if section.heading else section.lines[0].start
        end = section.lines[-1].end if section.lines else start
        are_skills = section.kind in _SKILLS
        for named in technologies.find(text, start, max(end, start), are_entries_skills=are_skills):
            if named.name not in names and len(names) < TECHNOLOGIES_MAX:
                names.add(named.name)
                yield Finding("technologies", named.name, span=named.span)


def _portable(document: Document, finding: Finding) -> Finding:
    start, end = finding.span or (0, 0)
    before = bisect_right(document.lines, start, key=lambda line: line.start) - 1
    line = document.lines[before] if before >= 0 and end <= document.lines[before].end else None
    begin, stop = (line.start, line.end) if line else (start, end)
    begin, stop = max(begin, start - ITEM_MAX_CHARS), min(stop, end + ITEM_MAX_CHARS)
    return Finding(finding.field, finding.value, (document.text[begin:stop],), part=(start - begin, end - begin))


def _says_nothing(text: str) -> bool:
    """Buttons, and what fills an entry that says nothing: "Others", "Skills as per JD", "Gehalt anzeigen"."""
    bare = text.strip(" .:-–—•*")
    return any(match.meaning or match.end - match.start >= len(bare) for match in _fillers().find(bare))


@cache
def _fillers() -> Phrases[bool]:
    """True where it stands for itself wherever it is said."""
    return by_meaning(
        lambda language: {True: language.posting.teasers, False: language.posting.fillers + language.posting.apply}
    )
