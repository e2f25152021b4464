"""A DOCX to lines: its headers, its body, its footers (Office Open XML, ECMA-376 part 1). Pure.

The parts are read as they are unpacked, so a paragraph is the most that is held of them; python-docx would unpack every
part, pictures included, and leaves out what résumé templates are made of: content controls and text boxes. Deleted
text, comments and notes are not read. A table whose cells hold a line each is read row by row, another cell by cell.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from service.adapters.resume_reader.lines import LINES_MAX, Line, Lines, NotReadable, ResumeText
from service.adapters.resume_reader.wordml import (
    HEADINGS,
    OFF,
    STYLES,
    WORD,
    Attributes,
    Part,
    Style,
    Styles,
    outline_rank,
)
from service.adapters.resume_reader.zip_archive import ZipArchive, open_zip

BODY = "word/document.xml"
LINKS = "word/_rels/document.xml.rels"
# A row of more cells, or longer ones, is no line.
ROW_CELLS_MAX = 6
ROW_MAX_CHARS = 300
LIST_LEVELS = 9

_SIDES = re.compile(r"word/(header|footer)\d*\.xml")
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships"
# What is drawn for programs that cannot draw the rest, was deleted, or was moved from here.
_LEFT_OUT = frozenset({"Fallback", "del", "moveFrom"})


@dataclass(slots=True)
class _Paragraph:
    style: str = ""
    level: int = 0
    item_level: int | None = None
    is_bold: bool | None = None  # of the run that is being read
    letters: int = 0
    bold_letters: int = 0
    text: list[str] = field(default_factory=list[str])


def read_docx(content: bytes) -> ResumeText:
    """Raises NotReadable."""
    with open_zip(content) as archive:
        if BODY not in archive.names:
            raise NotReadable("is a zip, and no DOCX")
        styles = Styles(archive).found if STYLES in archive.names else {}
        found = Lines()
        heads = sorted(name for name in archive.names if (side := _SIDES.fullmatch(name)) and side[1] == "header")
        feet = sorted(name for name in archive.names if (side := _SIDES.fullmatch(name)) and side[1] == "footer")
        found.extend(_once(_Story(archive, name, styles).lines for name in heads))
        found.extend(_Story(archive, BODY, styles).lines)
        found.extend(_once(_Story(archive, name, styles).lines for name in feet))
        if LINKS in archive.names:
            for address in _addresses(archive):
                found.add_link(address)
        return found.done()


def _once(stories: Iterable[Iterable[Line]]) -> Iterator[Line]:
    """The first page's header and the others' say mostly the same."""
    yield from dict.fromkeys(line for story in stories for line in story)


class _Story(Part):
    """A part with paragraphs: the body, a header, a footer. Text boxes nest paragraphs in a paragraph's run."""

    def __init__(self, archive: ZipArchive, name: str, styles: dict[str, Style]) -> None:
        self._styles = styles
        self._open: list[_Paragraph] = []
        self._left_out = 0  # how many elements deep in what is left out
        self._takes_text = False
        self._in_run_properties = False
        self._cells: list[list[list[Line]]] = []  # of the rows that are open, the lines of each cell
        self._headers: list[bool] = []  # of the same rows, whether they name the columns
        self.lines: list[Line] = []
        super().__init__(archive, name)

    def begun(self, space: str, name: str, attributes: Attributes) -> None:
        if self._left_out or (name in _LEFT_OUT and (space in WORD or space == _COMPATIBILITY)):
            self._left_out += 1
        elif space in WORD and (begin := self._BEGIN.get(name)):
            begin(self, attributes)

    def ended(self, space: str, name: str) -> None:
        if self._left_out:
            self._left_out -= 1
        elif space in WORD and (end := self._END.get(name)):
            end(self)

    def said(self, text: str) -> None:
        if self._takes_text and not self._left_out and self._open:
            paragraph = self._open[-1]
            paragraph.text.append(text)
            letters = len(text.strip())
            paragraph.letters += letters
            paragraph.bold_letters += letters if paragraph.is_bold else 0

    def _begin_paragraph(self, _attributes: Attributes) -> None:
        self._open.append(_Paragraph())

    def _end_paragraph(self) -> None:
        if self._open:
            lines = list(self._lines_of(self._open.pop()))
            into = self._cells[-1][-1] if self._cells and self._cells[-1] else self.lines
            into.extend(lines)
            if len(self.lines) > LINES_MAX:  # what else there is need not be unpacked
                raise NotReadable(f"has more text than a résumé ({LINES_MAX} lines)")

    def _lines_of(self, paragraph: _Paragraph) -> Iterator[Line]:
        style = self._styles.get(paragraph.style, Style())
        is_bold = paragraph.letters > 0 and paragraph.bold_letters == paragraph.letters
        heading = paragraph.level or style.level or (HEADINGS if is_bold or style.is_bold else 0)
        is_item = paragraph.item_level is not None or (style.is_item and not heading)
        for text in "".join(paragraph.text).split("\n"):
            if text.strip() and is_item:
                yield Line("item", 1 + (paragraph.item_level or 0), text)
            elif text.strip():
                yield Line("heading" if heading else "paragraph", heading, text)

    def _begin_run(self, _attributes: Attributes) -> None:
        if self._open:
            self._open[-1].is_bold = None

    def _begin_run_properties(self, _attributes: Attributes) -> None:
        self._in_run_properties = True

    def _end_run_properties(self) -> None:
        self._in_run_properties = False

    def _bold(self, attributes: Attributes) -> None:
        if self._open and self._in_run_properties:
            self._open[-1].is_bold = attributes.get("val", "1") not in OFF

    def _style(self, attributes: Attributes) -> None:
        if self._open:
            self._open[-1].style = attributes.get("val", "")

    def _outline_level(self, attributes: Attributes) -> None:
        if self._open:
            self._open[-1].level = outline_rank(attributes.get("val", ""))

    def _list_level(self, attributes: Attributes) -> None:
        with suppress(ValueError):
            if self._open:
                self._open[-1].item_level = min(int(attributes.get("val", "0")), LIST_LEVELS - 1)

    def _list(self, attributes: Attributes) -> None:
        if self._open:
            is_item = attributes.get("val", "0") != "0"  # 0 takes a paragraph out of its style's list
            self._open[-1].item_level = (self._open[-1].item_level or 0) if is_item else None

    def _begin_text(self, _attributes: Attributes) -> None:
        self._takes_text = True

    def _end_text(self) -> None:
        self._takes_text = False

    def _tab(self, attributes: Attributes) -> None:
        if not attributes:  # one with a place is a stop
            self._put("\t")

    def _break(self, _attributes: Attributes) -> None:
        self._put("\n")

    def _hyphen(self, _attributes: Attributes) -> None:
        self._put("-")

    def _put(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def _begin_row(self, _attributes: Attributes) -> None:
        self._cells.append([])
        self._headers.append(False)

    def _header(self, attributes: Attributes) -> None:
        if self._headers:
            self._headers[-1] = attributes.get("val", "1") not in OFF

    def _begin_cell(self, _attributes: Attributes) -> None:
        if self._cells:
            self._cells[-1].append([])

    def _end_row(self) -> None:
        if self._cells:
            cells = [cell for cell in self._cells.pop() if cell]
            into = self._cells[-1][-1] if self._cells and self._cells[-1] else self.lines
            into.extend(_row(cells, is_header=self._headers.pop()))

    _BEGIN: dict[str, Callable[["_Story", Attributes], None]] = {  # noqa: RUF012 - never changed
        "p": _begin_paragraph,
        "r": _begin_run,
        "rPr": _begin_run_properties,
        "b": _bold,
        "pStyle": _style,
        "outlineLvl": _outline_level,
        "ilvl": _list_level,
        "numId": _list,
        "t": _begin_text,
        "tab": _tab,
        "br": _break,
        "cr": _break,
        "noBreakHyphen": _hyphen,
        "tr": _begin_row,
        "tblHeader": _header,
        "tc": _begin_cell,
    }
    _END: dict[str, Callable[["_Story"], None]] = {  # noqa: RUF012
        "p": _end_paragraph,
        "rPr": _end_run_properties,
        "t": _end_text,
        "tr": _end_row,
    }


def _row(cells: list[list[Line]], *, is_header: bool) -> Iterable[Line]:
    """Cells of a line each are one line, as wide as the first says."""
    lines = [line for cell in cells for line in cell]
    is_line = 1 < len(cells) == len(lines) <= ROW_CELLS_MAX and sum(len(line.text) for line in lines) <= ROW_MAX_CHARS
    if not is_line:
        return lines
    text = "\t".join(line.text.strip() for line in lines)
    return [Line("columns", 0, text) if is_header else Line(lines[0].kind, lines[0].level, text)]


class _Addresses(Part):
    def __init__(self, archive: ZipArchive) -> None:
        self.found: list[str] = []
        super().__init__(archive, LINKS)

    def begun(self, space: str, name: str, attributes: Attributes) -> None:
        if space == _RELATIONSHIP and name == "Relationship" and attributes.get("Type", "").endswith("/hyperlink"):
            self.found.append(attributes.get("Target", ""))


def _addresses(archive: ZipArchive) -> list[str]:
    return _Addresses(archive).found
