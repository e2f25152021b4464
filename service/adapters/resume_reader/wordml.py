"""The parts of a DOCX on their way through expat, and its styles (ECMA-376 part 1, 17.7). Pure."""

import re
from dataclasses import dataclass
from xml.parsers.expat import ExpatError, ParserCreate

from service.adapters.resume_reader.lines import NotReadable
from service.adapters.resume_reader.zip_archive import ZipArchive

STYLES = "word/styles.xml"
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
