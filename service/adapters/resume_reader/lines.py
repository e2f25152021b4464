"""Lines gathered within bounds; what the readers of all kinds share. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from service.kernel.text import UNSTORABLE

# The longest academic résumés have forty pages of fifty lines.
LINES_MAX = 2_000
TEXT_MAX_CHARS = 200_000
# A paragraph is a line where the file says so; none met was longer. What is, is cut into several.
LINE_MAX_CHARS = 5_000
LINKS_MAX = 100
LINK_MAX_CHARS = 500

# Lines of so many lengths, and so many tabulators for each blank, are no table.
TABBED_LENGTHS_MIN = 3
TABS_TO_BLANKS = 5

BULLET = re.compile(r"(?:[-*+•·‣▪■□●○◦–—✓✔➤➢»∙⁃❖❑➔▸►]|\d{1,2}[.)])[ \t\u00a0]{1,8}(?=\S)")
# Fonts of symbols put their bullets where Unicode has nothing (Word's Symbol and Wingdings).
_PRIVATE_BULLET = re.compile(r"[\ue000-\uf8ff][ \t\u00a0]{0,8}(?=\S)")
_LINK = re.compile(r"(?:https?://|mailto:)[!-~]+", re.IGNORECASE)
# A year, an address: no name of a column.
_TOLD = re.compile(r"(?:19|20)[0-9]{2}|@|://|www\.")
# White space is folded to one blank, or to one tabulator where it held one.
_SPACE = re.compile(r"\s+")
# Letters that fonts draw as one, and what East Asian writing sets as wide as its own: both are looked up as they are
# otherwise written (Unicode's compatibility forms).
_FORMS = re.compile("[\ufb00-\ufb06\uff01-\uff5e\u3000]+")
# C0 and C1 controls beyond white space; the marks that only steer how a line is laid out; the soft hyphen.
_INVISIBLE = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")

Kind = Literal["heading", "item", "paragraph", "columns"]


class Line(msgspec.Struct, frozen=True):
    """One line as a reader sees it; a tabulator stands where the page leaves a wide gap.

    A heading is what stands out by its style, size or weight, and may as well be the name of an employer. `level` is a
    heading's 1..6 (1 stands out most), a list item's depth from 1, else 0. "columns" is a table's first row, where it
    names the columns.
    """

    kind: Kind
    level: int
    text: str


class ResumeText(msgspec.Struct, frozen=True):
    """What a file says, bounded as below. `links` are the addresses (http, https, mailto) that a reader would follow,
    whether the text shows them or not."""

    lines: tuple[Line, ...]
    links: tuple[str, ...] = ()


class NotReadable(Exception):
    """Why a file cannot be read, to be said after "it": `holds no text`."""


class Lines:
    """The lines of one file, as they come. Raises NotReadable at the first too many."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._links: dict[str, None] = {}
        self._chars = 0

    def add(self, kind: Kind, level: int, text: str) -> None:
        """A line; one that is blank is left out, one that begins with a bullet is an item."""
        text = folded(text)
        if kind != "columns" and (bullet := BULLET.match(text) or _PRIVATE_BULLET.match(text)):
            kind, level, text = "item", level if kind == "item" else 1, text[bullet.end() :]
        if kind == "columns" and _TOLD.search(text):  # a table whose first row is like its others
            kind, level = "paragraph", 0
        self._chars += len(text)
        for start in range(0, len(text), LINE_MAX_CHARS):
            self._lines.append(Line(kind, level, text[start : start + LINE_MAX_CHARS].strip()))
        if len(self._lines) > LINES_MAX or self._chars > TEXT_MAX_CHARS:
            raise NotReadable(f"has more text than a résumé ({LINES_MAX} lines, {TEXT_MAX_CHARS} characters)")

    def add_link(self, address: str) -> None:
        """An address; one that nobody could follow is left out, and so is what is beyond the bound."""
        address = address.strip()
        if len(self._links) < LINKS_MAX and len(address) <= LINK_MAX_CHARS and _LINK.fullmatch(address):
            self._links[address] = None

    def extend(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.add(line.kind, line.level, line.text)

    def done(self) -> ResumeText:
        """Raises NotReadable where there is no text."""
        if not any(character.isalnum() for line in self._lines for character in line.text):
            raise NotReadable("holds no text; a scanned page has to be recognised first")
        lines = self._lines
        if _are_tabs_blanks([line.text for line in lines]):
            lines = [Line(line.kind, line.level, line.text.replace("\t", " ")) for line in lines]
        return ResumeText(tuple(lines), tuple(self._links))


def _are_tabs_blanks(texts: Sequence[str]) -> bool:
    """Whether a tabulator stands between all words, as some word processors write PDFs, rather than between columns:
    those are few, and as many in each line."""
    cells = {text.count("\t") for text in texts if "\t" in text}
    tabs, blanks = (sum(text.count(mark) for text in texts) for mark in "\t ")
    return len(cells) >= TABBED_LENGTHS_MIN and tabs > TABS_TO_BLANKS * blanks


def folded(text: str) -> str:
    """`text` in one line, without what cannot be seen or stored."""
    shown = UNSTORABLE.sub("\ufffd", _INVISIBLE.sub("", text))
    shown = _FORMS.sub(lambda form: unicodedata.normalize("NFKC", form[0]), shown)
    return _SPACE.sub(lambda space: "\t" if "\t" in space[0] else " ", shown).strip()
