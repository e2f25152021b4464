"""A posting as lines with spans, whether it came as a page or as pasted text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from service.adapters.page_parser import Page
from service.kernel.text import UNSTORABLE
from service.postings.model import PAGE_TEXT_MAX_CHARS

LineKind = Literal["heading", "item", "paragraph", "link"]

# The longest paragraph met had 4 000 characters; past this a line is read no further, its text stays stored.
LINE_READ_MAX_CHARS = 5_000
# The parser gives 5 000 blocks at the most; a posting has some hundreds of lines, the rest is the site around it.
LINES_MAX = 1_500

BULLET = re.compile(r"(?:(?:[-*+•·‣▪●○◦–—✓✔➤»]|\d{1,2}[.)])[ \t\u00a0]{1,8}|[・･][ \t\u3000]{0,8}|\d{1,2}[、．])(?=\S)")
# What begins a list typed into a page's paragraph; a number may begin a sentence there.
TYPED_BULLET = re.compile(r"(?:[-*•·‣▪●○◦–✓✔➤»][ \t\u00a0]{1,8}|[・･][ \t\u3000]{0,8})(?=\S)")
MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]{1,8}(?=\S)")


class Line(NamedTuple):
    """`text` is the document's `text[start:end]`. `level` is a heading's 1..6, a list item's depth, else 0. A link is
    a line that leads elsewhere: no entry of a list, whatever list it stands in."""

    kind: LineKind
    level: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    lines: tuple[Line, ...]
    title: str = ""  # of the window, not of the job
    language: str = ""
    meta: Mapping[str, str] = field(default_factory=dict[str, str])


def storable(text: str) -> str:
    """The same number of characters, without those that no database and no encoding takes."""
    return UNSTORABLE.sub("\ufffd", text)


def from_page(page: Page) -> Document:
    text = storable(page.text[:PAGE_TEXT_MAX_CHARS])
    lines: list[Line] = []
    for block in page.blocks:
        if block.start >= len(text) or len(lines) >= LINES_MAX:
            break
        kind = "link" if block.is_navigation and block.kind != "heading" else block.kind
        lines.extend(_lines(text, kind, block.level, block.start, min(block.end, len(text))))
    return Document(text, tuple(lines[:LINES_MAX]), page.title, page.language, page.meta)


def from_text(text: str) -> Document:
    """Pasted text keeps its characters; bullets and Markdown headings are seen, and are not part of their line."""
    text = storable(text.replace("\r\n", "\n").replace("\r", "\n")[:PAGE_TEXT_MAX_CHARS])
    lines: list[Line] = []
    start = 0
    while start < len(text) and len(lines) < LINES_MAX:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        lines.extend(_text_line(text, start, end))
        start = end + 1
    return Document(text, tuple(lines))


def _lines(text: str, kind: LineKind, level: int, start: int, end: int) -> Iterator[Line]:
    """A block that kept its line breaks is several lines."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        line = _stripped(text, kind, level, start, stop)
        mark = TYPED_BULLET.match(text, line.start, line.end) if line and line.kind == "paragraph" else None
        if mark:
            line = _stripped(text, "item", 1, mark.end(), stop)
        if line:
            yield line
        start = stop + 1


def _text_line(text: str, start: int, end: int) -> Iterator[Line]:
    bare = _stripped(text, "paragraph", 0, start, end)
    if bare is None:
        return
    if mark := MARKDOWN_HEADING.match(text, bare.start, bare.end):
        line = _stripped(text, "heading", len(mark[1]), mark.end(), bare.end, ends="*_# \t")
    elif mark := BULLET.match(text, bare.start, bare.end):
        line = _stripped(text, "item", 1, mark.end(), bare.end)
    else:
        line = _stripped(text, "paragraph", 0, bare.start, bare.end, ends="*_ \t")
    if line:
        yield line


def _stripped(text: str, kind: LineKind, level: int, start: int, end: int, *, ends: str | None = None) -> Line | None:
    raw = text[start : min(end, start + LINE_READ_MAX_CHARS)]
    bare = raw.strip(ends)
    if not bare:
        return None
    start += len(raw) - len(raw.lstrip(ends))
    return Line(kind, level, start, start + len(bare), bare)
