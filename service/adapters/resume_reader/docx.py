"""A DOCX to lines: its headers, its body, its footers (Office Open XML, ECMA-376 part 1). Pure.

The parts are read as they are unpacked, so a paragraph is the most that is held of them; python-docx would unpack every
part, pictures included, and leaves out what résumé templates are made of: content controls and text boxes. Deleted
text, comments and notes are not read. A table whose cells hold a line each is read row by row, another cell by cell.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from service.adapters.resume_reader.lines import LINES_MAX, Line, Lines, NotReadable, ResumeText
from service.adapters.resume_reader.zip_archive import ZipArchive, open_zip

BODY = "word/document.xml"
STYLES = "word/styles.xml"
LINKS = "word/_rels/document.xml.rels"
# A row of more cells, or longer ones, is no line.
ROW_CELLS_MAX = 6
ROW_MAX_CHARS = 300
LIST_LEVELS = 9
# Word nests a few dozen deep, tables in tables included.
DEPTH_MAX = 500
HEADINGS = 6

# ECMA-376's namespaces, transitional and strict.
WORD = frozenset(
    {"http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"}
)
OFF = frozenset({"0", "false", "off", "none"})

_HEADING_NAME = re.compile(r"heading (\d)|(title)", re.IGNORECASE)

Attributes = dict[str, str]

_SIDES = re.compile(r"word/(?:header|footer)\d*\.xml")
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships"
# What is drawn for programs that cannot draw the rest, was deleted, or was moved from here.
_LEFT_OUT = frozenset({"Fallback", "del", "moveFrom"})


class Part:
    """One part of the archive on its way through expat; what is malformed, declares entities, or nests too deep is
    refused."""

    def __init__(self, archive: ZipArchive, name: str) -> None:
        self._depth = 0
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_entities
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.said
        try:
            for piece in archive.read(name):
                parser.Parse(piece, False)  # noqa: FBT003 - expat's own
            parser.Parse(b"", True)  # noqa: FBT003
        except ExpatError as error:
            raise NotReadable("is a damaged DOCX") from error

    def begun(self, space: str, name: str, attributes: Attributes) -> None: ...

    def ended(self, space: str, name: str) -> None: ...

    def said(self, text: str) -> None: ...

    def _refuse_entities(self, *_declared: object) -> None:
        raise NotReadable("is a DOCX with declarations that none has")

    def _begin(self, tag: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise NotReadable(f"nests more than {DEPTH_MAX} levels deep")
        space, _, name = tag.rpartition(" ")
        self.begun(space, name, {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        space, _, name = tag.rpartition(" ")
        self.ended(space, name)


@dataclass(slots=True)
class Style:
    based_on: str = ""
    level: int = 0  # of a heading
    is_item: bool = False
    is_bold: bool = False


class Styles(Part):
    """The paragraph styles by their ids, with what they take over from those they are based on."""

    def __init__(self, archive: ZipArchive) -> None:
        self.found: dict[str, Style] = {}
        self._style = Style()
        super().__init__(archive, STYLES)
        for style in self.found.values():
            self._inherit(style)

    def begun(self, space: str, name: str, attributes: Attributes) -> None:
        value = attributes.get("val", "")
        if space not in WORD:
            return
        match name:
            case "style":
                self._style = Style()
                if attributes.get("type", "paragraph") == "paragraph":
                    self.found[attributes.get("styleId", "")] = self._style
            case "name" if heading := _HEADING_NAME.match(value):
                self._style.level = 1 if heading[2] else min(int(heading[1]), HEADINGS)
            case "name" if value.lower().startswith("list "):
                self._style.is_item = True
            case "basedOn":
                self._style.based_on = value
            case "outlineLvl":
                self._style.level = self._style.level or outline_rank(value)
            case "numId":
                self._style.is_item = value != "0"
            case "b":
                self._style.is_bold = value not in OFF
            case _:
                pass

    def _inherit(self, style: Style) -> None:
        above, steps = self.found.get(style.based_on), 0
        while above is not None and steps < len(self.found):
            style.level = style.level or above.level
            style.is_item |= above.is_item
            style.is_bold |= above.is_bold
            above, steps = self.found.get(above.based_on), steps + 1


def outline_rank(value: str) -> int:
    """Word counts from 0, and has 9 for text."""
    return min(int(value) + 1, HEADINGS) if value.isdecimal() and int(value) < 9 else 0


@dataclass(slots=True)
class _Row:
    """The lines of each cell, and whether they name the columns."""

    cells: list[list[Line]] = field(default_factory=list[list[Line]])
    is_header: bool = False


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
        sides = sorted(name for name in archive.names if _SIDES.fullmatch(name))
        for kind in ("header", "body", "footer"):
            names = [BODY] if kind == "body" else [name for name in sides if kind in name]
            lines = [line for name in names for line in _Story(archive, name, styles).lines]
            # The first page's header and the others' say mostly the same.
            found.extend(lines if kind == "body" else dict.fromkeys(lines))
        if LINKS in archive.names:
            for address in _Addresses(archive).found:
                found.add_link(address)
        return found.done()


class _Story(Part):
    """A part with paragraphs: the body, a header, a footer. Text boxes nest paragraphs in a paragraph's run."""

    def __init__(self, archive: ZipArchive, name: str, styles: dict[str, Style]) -> None:
        self._styles = styles
        self._open: list[_Paragraph] = []
        self._left_out = 0  # how many elements deep in what is left out
        self._takes_text = False
        self._in_run_properties = False
        self._rows: list[_Row] = []  # those that are open
        self.lines: list[Line] = []
        super().__init__(archive, name)

    def begun(self, space: str, name: str, attributes: Attributes) -> None:
        if self._left_out or (name in _LEFT_OUT and (space in WORD or space == _COMPATIBILITY)):
            self._left_out += 1
        elif space in WORD:
            if name == "p":
                self._open.append(_Paragraph())
            elif name == "tr":
                self._rows.append(_Row())
            elif name == "tc" and self._rows:
                self._rows[-1].cells.append([])
            elif name == "tblHeader" and self._rows:
                self._rows[-1].is_header = attributes.get("val", "1") not in OFF
            elif self._open:
                self._begin_in_paragraph(self._open[-1], name, attributes)

    def ended(self, space: str, name: str) -> None:
        if self._left_out:
            self._left_out -= 1
        elif space in WORD:
            self._takes_text = self._takes_text and name != "t"
            self._in_run_properties = self._in_run_properties and name != "rPr"
            if name == "p" and self._open:
                self._lines().extend(self._lines_of(self._open.pop()))
                if len(self.lines) > LINES_MAX:  # what else there is need not be unpacked
                    raise NotReadable(f"has more text than a résumé ({LINES_MAX} lines)")
            elif name == "tr" and self._rows:
                row = self._rows.pop()
                self._lines().extend(_row([cell for cell in row.cells if cell], is_header=row.is_header))

    def said(self, text: str) -> None:
        if self._takes_text and not self._left_out and self._open:
            paragraph = self._open[-1]
            paragraph.text.append(text)
            letters = len(text.strip())
            paragraph.letters += letters
            paragraph.bold_letters += letters if paragraph.is_bold else 0

    def _begin_in_paragraph(self, paragraph: _Paragraph, name: str, attributes: Attributes) -> None:
        value = attributes.get("val", "")
        match name:
            case "r":
                paragraph.is_bold = None
            case "rPr":
                self._in_run_properties = True
            case "b" if self._in_run_properties:
                paragraph.is_bold = attributes.get("val", "1") not in OFF
            case "pStyle":
                paragraph.style = value
            case "outlineLvl":
                paragraph.level = outline_rank(value)
            case "ilvl" if value.isdecimal() or not value:
                paragraph.item_level = min(int(value or 0), LIST_LEVELS - 1)
            case "numId":  # 0 takes a paragraph out of its style's list
                paragraph.item_level = (paragraph.item_level or 0) if value not in ("", "0") else None
            case "t":
                self._takes_text = True
            case "tab" if not attributes:  # one with a place is a stop
                paragraph.text.append("\t")
            case "br" | "cr":
                paragraph.text.append("\n")
            case "noBreakHyphen":
                paragraph.text.append("-")
            case _:
                pass

    def _lines(self) -> list[Line]:
        """Where lines go: to the cell that is open, or to the story."""
        return self._rows[-1].cells[-1] if self._rows and self._rows[-1].cells else self.lines

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


def _row(cells: list[list[Line]], *, is_header: bool) -> Iterable[Line]:
    """Cells of a line each are one line, as wide as the first says."""
    lines = [line for cell in cells for line in cell]
    if not 1 < len(cells) == len(lines) <= ROW_CELLS_MAX or sum(len(line.text) for line in lines) > ROW_MAX_CHARS:
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
