"""Plain text and Markdown to lines. Pure."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from service.adapters.resume_reader.lines import BULLET, Kind, Lines, NotReadable, ResumeText

# UTF-32's little-endian mark begins with UTF-16's, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Text without a mark in which so much of every second byte is zero is UTF-16: Western letters have such halves.
UTF16_ZERO_SHARE = 0.4
# ... and whose controls, beyond white space, are no more than a slip.
CONTROL_SHARE_MAX = 0.01
_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")

# White space included; what is left of it is held to the bound of all kinds.
MARKED_TEXT_MAX_CHARS = 1_000_000
TAB_CHARS = 8
DEPTH_MAX = 3
# The rule below a table's header, of a few hundred dashes where it is drawn to the width of its columns.
TABLE_RULE_MAX_CHARS = 1_000
HEADINGS = 6  # a line that is bold as a whole is a heading of the last rank

_LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*")
_RULE = re.compile(r"(?:[-*_=~#•·—–] ?){3,}")
_GAP = re.compile(r" {3,}")
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\(\s*<?([^)\s>]{0,500})>?[^)\n]{0,200}\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)?[^<>\s]{3,500})>")
_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)[^*_]+\1")
# A pair of marks around words; an underscore within a word is part of it.
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|(?<!\w)_{1,3}|`+|~~)(?=\S)(.{1,500}?)(?<=[^\s\\])\1(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_TABLE_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+\s*:?-*:?\s*")


def decoded(content: bytes) -> str | None:
    """By its mark, else as UTF-8, else as UTF-16 or Windows-1252; None for what is no text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _if_text(content[len(mark) :].decode(encoding, "replace"))
    with suppress(UnicodeDecodeError):
        if "\0" not in (text := content.decode("utf-8")):
            return _if_text(text)
    return _if_text(content.decode(_unmarked_encoding(content), "replace"))


def _unmarked_encoding(content: bytes) -> str:
    halves = (("utf-16-be", content[::2]), ("utf-16-le", content[1::2]))
    return next((name for name, half in halves if half.count(0) > UTF16_ZERO_SHARE * len(half)), "cp1252")


def _if_text(text: str) -> str | None:
    controls = len(_CONTROL.findall(text)) + text.count("\ufffd")
    return text if controls <= 1 + CONTROL_SHARE_MAX * len(text) else None


def read_plain(text: str, *, is_markdown: bool) -> ResumeText:
    """Headings, lists and tables with a rule are seen in plain text as in Markdown; links and emphasis there alone."""
    if len(text) > MARKED_TEXT_MAX_CHARS:
        raise NotReadable(f"has more text than a résumé ({MARKED_TEXT_MAX_CHARS} characters)")
    found = Lines()
    for block in _blocks(text):
        if is_markdown:
            _add_markdown(found, block)
        else:
            found.add(block.kind, block.level, block.text)
    return found.done()


@dataclass(slots=True)
class _Block:
    kind: Kind
    level: int
    text: str
    indent: int


def _blocks(text: str) -> list[_Block]:
    """Each line for itself, but a list item with the lines that are indented below it."""
    blocks: list[_Block] = []
    is_open = False  # whether the line before belongs to the last block
    is_table = False
    for line in _LINE_BREAK.split(text):
        bare = line.strip()
        last = blocks[-1] if is_open else None
        is_open, is_table = False, is_table and "|" in bare
        if not bare:
            continue
        if _RULE.fullmatch(bare):
            if last is not None and last.kind == "paragraph" and bare[0] in "=-":
                last.kind, last.level = "heading", 1 if bare[0] == "=" else 2
            continue
        if last is not None and last.kind == "paragraph" and "|" in bare and "|" in last.text and _is_rule(bare):
            last.kind, last.text, is_open, is_table = "columns", _cells(last.text), True, True
            continue
        is_open = True
        block = _Block("paragraph", 0, _cells(bare), 0) if is_table else _block(line, bare)
        if last is not None and last.kind == "item" and block.kind == "paragraph" and block.indent > last.indent:
            last.text += f" {block.text}"
        else:
            blocks.append(block)
    return blocks


def _is_rule(text: str) -> bool:
    return len(text) <= TABLE_RULE_MAX_CHARS and _TABLE_RULE.fullmatch(text) is not None


def _cells(row: str) -> str:
    return "\t".join(cell.strip() for cell in row.strip("|").split("|"))


def _block(line: str, bare: str) -> _Block:
    indent = len(line.expandtabs(TAB_CHARS)) - len(line.lstrip().expandtabs(TAB_CHARS))
    if heading := _HEADING.fullmatch(bare):
        return _Block("heading", len(heading[1]), heading[2], indent)
    if bullet := BULLET.match(bare):
        return _Block("item", 1 + min(indent // 2, DEPTH_MAX - 1), bare[bullet.end() :], indent)
    # What many blanks set apart stays apart.
    return _Block("paragraph", 0, _GAP.sub("\t", bare), indent)


def _add_markdown(found: Lines, block: _Block) -> None:
    text = block.text.removeprefix(">").strip()
    if _is_rule(text):
        return
    if text.startswith("|"):
        text = _cells(text)
    for link in _LINK.finditer(text):
        found.add_link(link[2])
    text = _LINK.sub(lambda link: link[1] or link[2], text)
    text = _AUTOLINK.sub(r"\1", text)
    is_bold = block.kind == "paragraph" and _BOLD_LINE.fullmatch(text) is not None
    text = _ESCAPED.sub(r"\1", _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text)))
    found.add("heading" if is_bold else block.kind, HEADINGS if is_bold else block.level, text)
