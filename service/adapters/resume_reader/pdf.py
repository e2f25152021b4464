"""A PDF's pages to lines. Pure.

Lines come in the order in which the file draws them, which in what word processors, browsers and TeX write is the order
of reading, column after column. Only a short cell with dates beside a line is read with that line, wherever it is
drawn: the place and time of a position in a margin. A file that draws two columns line by line gives them side by side,
a tabulator between; text in pictures is not read. A word divided at the end of a line is put together where both halves
are small letters, except after what commonly keeps its hyphen (`self-`, `long-`).
"""

import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, cast

from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import FileNotDecryptedError, LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from service import vocabulary
from service.adapters.resume_reader.lines import BULLET, Lines, NotReadable, ResumeText, folded

# The longest academic résumés have forty.
PAGES_MAX = 50
# Of one stream, unpacked: a page of text takes 50 kB, its fonts less than 1 MB.
STREAM_MAX_BYTES = 10_000_000
# Of one page: operators and operands; a dense one has 20 000.
OPERATIONS_MAX = 200_000
XFORMS_MAX = 500
LINKS_PER_PAGE_MAX = 200
# A heading is larger than most of the text by this much.
HEADING_SIZE = 1.12
# Letters are half as wide as high, or a little less; a gap wider than this many heights is none between words.
LETTER_WIDTH = 0.5
GAP_HEIGHTS = 2.0
# The narrowest text, beside that.
NARROW = 0.8
# In thousandths of the letters' height: kerning moves by less, and pypdf sees what is more.
WORD_GAPS = (140, 500)
# What stands in a margin beside an entry: place, dates, how long.
CELL_LINES_MAX = 4
CELL_LINE_MAX_CHARS = 40
# From a line to the next one below it, in heights of its letters; more is a new paragraph.
LINE_STEP_HEIGHTS = 2.2
# Of one baseline, whatever their sizes.
BASELINE_HEIGHTS = 0.4
# A font has 256 glyphs where they have names, and forms are nested two or three deep.
GLYPHS_MAX = 512
FORMS_DEPTH_MAX = 4

_BOLD = re.compile(r"bold|black|heavy|semibold|demi|-bd|CMBX|SFBX|LMBX", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Ligatures that the Adobe Glyph List has a name for; others are spelled out where they are met.
_LIGATURES = {"f_f": "/ff", "f_i": "/fi", "f_l": "/fl", "f_f_i": "/ffi", "f_f_l": "/ffl"}
_SPELLED = re.compile(r"/((?:[A-Za-z]_)+[A-Za-z])(?![A-Za-z_])")
_DIVIDED = re.compile(r"(?P<prefix>[^\W\d_]{2,})-\Z")


@dataclass(slots=True)
class _Drawn:
    """One line of a page, as it was drawn. `sizes` and `bold` count characters."""

    text: str = ""
    left: float = 0.0
    end: float = 0.0  # where the last piece probably ended
    baseline: float = 0.0  # of the last piece, from below
    sizes: Counter[float] = field(default_factory=Counter[float])
    bold: int = 0

    @property
    def size(self) -> float:
        return max(self.sizes, key=lambda size: self.sizes[size], default=0.0)

    @property
    def is_bold(self) -> bool:
        return self.bold > 0.8 * self.sizes.total() > 0

    @property
    def is_item(self) -> bool:
        return BULLET.match(self.text.lstrip()) is not None

    def draw(self, piece: str, left: float, height: float, *, is_bold: bool) -> None:
        if not self.text.strip():
            self.left = self.end = left
        elif left - self.end > GAP_HEIGHTS * height and math.isfinite(left - self.end):
            self.text = self.text.rstrip() + "\t"
        self.text += piece
        letters = len(piece.strip())
        self.sizes[height] += letters
        self.bold += letters if is_bold else 0
        self.end = left + len(piece) * LETTER_WIDTH * height


def read_pdf(content: bytes) -> ResumeText:
    """Raises NotReadable; MemoryError, where the process may have no more."""
    outputs = ("array_based_stream", "zlib", "lzw", "run_length", "brotli")
    limits: dict[str, Any] = dict.fromkeys((f"{each}_maximum_output_length" for each in outputs), STREAM_MAX_BYTES) | {
        "maximum_declared_stream_length": STREAM_MAX_BYTES,
        "stream_decoding_work_maximum_length": 3 * STREAM_MAX_BYTES,
        "stream_parsing_work_maximum_count": OPERATIONS_MAX,
        "xform_maximum_invocations_per_extraction": XFORMS_MAX,
        "jbig2dec_binary": None,  # a program of its own, for pictures
        "disable_legacy_handling": True,
    }
    try:
        with apply_configuration(**limits):
            return _read(content)
    except (NotReadable, MemoryError):
        raise
    except FileNotDecryptedError as error:
        raise NotReadable("is locked by a password") from error
    except LimitReachedError as error:
        raise NotReadable("asks for more than a résumé does") from error
    except Exception as error:  # pypdf raises whatever a malformed file makes it stumble over
        raise NotReadable(f"is damaged, or no PDF ({type(error).__name__})") from error


def _read(content: bytes) -> ResumeText:
    reader = PdfReader(io.BytesIO(content))
    if len(reader.pages) > PAGES_MAX:
        raise NotReadable(f"has more than {PAGES_MAX} pages")
    found = Lines()
    pages: list[list[_Drawn]] = []
    for page in reader.pages:
        _name_glyphs(_value(page, "/Resources"))
        pages.append(_with_margins(_drawn(page)))
        for address in _links(page):
            found.add_link(address)
    drawn = _without_running_heads(pages)
    sizes = Counter(round(size, 1) for line in drawn for size in line.sizes.elements())
    body = max(sizes, key=lambda size: sizes[size], default=0.0)  # of most characters
    ranks = sorted({size for line in drawn if (size := round(line.size, 1)) > body * HEADING_SIZE}, reverse=True)
    for line in _joined(drawn):
        size = round(line.size, 1)
        if size > body * HEADING_SIZE:
            found.add("heading", min(ranks.index(size) + 1, 5), line.text)
        elif line.is_bold and not BULLET.match(line.text):
            found.add("heading", 6, line.text)
        else:
            found.add("paragraph", 0, line.text)
    return found.done()


def _without_running_heads(pages: Sequence[Sequence[_Drawn]]) -> list[_Drawn]:
    """All lines; what stands first or last on most pages, numbers aside, only once and at the end."""
    texts = [[_NUMBER.sub("#", folded(line.text)) for line in page] for page in pages]
    ends = Counter(text for page in texts for text in {*page[:1], *page[-1:]})
    kept: list[_Drawn] = []
    heads: dict[str, _Drawn] = {}
    for line, text in zip(chain(*pages), chain(*texts), strict=True):
        if ends[text] > max(1, len(pages) / 2):
            heads.setdefault(text, line)
        else:
            kept.append(line)
    return [*kept, *heads.values()]


def _drawn(page: PageObject) -> list[_Drawn]:
    lines = [_Drawn()]

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        # In the page's own units.
        left = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        baseline = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = abs(size) * math.hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
        for number, said in enumerate(text.split("\n")):
            if number:
                lines.append(_Drawn())
            # What is drawn as a soft hyphen is seen, so it is a hyphen.
            piece = _SPELLED.sub(lambda glyph: glyph[1].replace("_", ""), said.replace("\u00ad", "-"))
            if piece.strip():
                is_bold = font is not None and _BOLD.search(str(font.get("/BaseFont", ""))) is not None
                lines[-1].draw(piece, left if not number else math.inf, height, is_bold=is_bold)
                lines[-1].baseline = baseline
            elif piece and lines[-1].text:
                lines[-1].text += " "

    page.extract_text(visitor_operand_before=_space_out, visitor_text=visit)
    return [line for line in lines if folded(line.text)]


def _space_out(operator: bytes, operands: Any, _cm: Any, _tm: Any) -> None:
    """Where words are set apart by moving on, and the font tells no width of a blank, pypdf takes half an em for it.

    So a blank is put in place of the smaller moves that kerning never makes.
    """
    if operator == b"TJ" and operands and isinstance(operands[0], list):
        shown = cast("list[Any]", operands[0])
        for number, item in enumerate(shown):
            if isinstance(item, int | float) and -WORD_GAPS[1] < item <= -WORD_GAPS[0]:
                shown[number] = " "


def _name_glyphs(resources: object, depth: int = FORMS_DEPTH_MAX) -> None:
    """Give glyphs the names that the Adobe Glyph List knows, where a font tells no other: what follows a full stop is a
    variant (`two.lnum`), and underscores join the parts of a ligature (`f_i`)."""
    if not isinstance(resources, DictionaryObject) or depth == 0:
        return
    for font in _values(_value(resources, "/Font")):
        differences = _value(_value(font, "/Encoding"), "/Differences")
        if isinstance(differences, ArrayObject):
            for number, name in enumerate(cast("list[object]", differences[:GLYPHS_MAX])):
                if isinstance(name, NameObject) and ("." in name[2:] or "_" in name):
                    bare = name[1:].partition(".")[0]
                    differences[number] = NameObject(_LIGATURES.get(bare, f"/{bare}"))
    for form in _values(_value(resources, "/XObject")):
        _name_glyphs(_value(form, "/Resources"), depth - 1)


def _value(container: object, key: str) -> object:
    found = container.get(key) if isinstance(container, DictionaryObject) else None
    return cast("object", found.get_object()) if found is not None else None


def _values(named: object) -> Iterator[object]:
    """Fonts, or forms, by their names."""
    for value in islice(named.values() if isinstance(named, DictionaryObject) else (), XFORMS_MAX):
        yield cast("object", value.get_object())


def _with_margins(lines: list[_Drawn]) -> list[_Drawn]:
    """The lines of a page; a cell in its margin is read with the line that it stands beside."""
    kept: list[_Drawn] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        is_back_up = bool(kept) and line.baseline > kept[-1].baseline
        above = next((each for each in reversed(kept) if _is_beside(each, line)), None) if is_back_up else None
        cell = _cell(lines[index:], above) if above is not None else []
        before = kept[kept.index(above) :] if above is not None else []
        if above is not None and cell:
            above.text = "\t".join((above.text, *(each.text for each in cell)))
        else:
            if before and len(_cell(before, line)) == len(before):
                del kept[-len(before) :]
                line.text = "\t".join((line.text, *(each.text for each in before)))
            kept.append(line)
        index += len(cell) or 1
    return kept


def _is_beside(one: _Drawn, other: _Drawn) -> bool:
    """Whether two lines share a baseline, and neither reaches into the other."""
    is_level = abs(one.baseline - other.baseline) <= BASELINE_HEIGHTS * min(one.size, other.size)
    first, second = sorted((one, other), key=lambda line: line.left)
    return is_level and first.left + LETTER_WIDTH * first.size * len(first.text) * NARROW < second.left


def _cell(lines: Sequence[_Drawn], beside: _Drawn) -> list[_Drawn]:
    """The short lines at the beginning that stand below one another on one side of a line; none without dates, and none
    under a heading, which is a column's."""
    cell: list[_Drawn] = []
    first = lines[0]
    if first.text.isupper() or first.is_bold or first.size > HEADING_SIZE * beside.size:
        return []
    for line in lines:
        is_right, half = first.left > beside.left, (first.left + beside.left) / 2
        is_aside = line.left > half if is_right else line.left < half
        is_next = not cell or 0 < cell[-1].baseline - line.baseline <= LINE_STEP_HEIGHTS * line.size
        if not (is_aside and is_next) or len(line.text) > CELL_LINE_MAX_CHARS or line.is_item:
            break
        cell.append(line)
    is_dated = any(_YEAR.search(line.text) for line in cell)
    return cell if is_dated and len(cell) <= CELL_LINES_MAX else []


def _links(page: PageObject) -> Iterator[str]:
    for reference in islice(page.get("/Annots") or (), LINKS_PER_PAGE_MAX):
        annotation = reference.get_object()
        action = annotation.get("/A") if annotation is not None else None
        if action is not None and isinstance(address := cast("object", action.get_object().get("/URI")), str):
            yield address


def _joined(lines: Iterable[_Drawn]) -> Iterator[_Drawn]:
    """A list item with the lines that go on below its text, a divided word with its other half."""
    last: _Drawn | None = None
    item_left: float | None = None
    for line in lines:
        text = line.text.lstrip()
        is_below = last is not None and 0 < last.baseline - line.baseline <= LINE_STEP_HEIGHTS * line.size
        is_in_item = item_left is not None and line.left > item_left + 1 and not line.is_item and not line.is_bold
        if last is not None and abs(last.size - line.size) < 0.5:
            is_divided = _DIVIDED.search(last.text.rstrip()) is not None and text[:1].islower()
            if is_divided or (is_in_item and is_below):
                last.text, last.baseline = _put_together(last.text.rstrip(), text), line.baseline
                continue
        if last is not None:
            yield last
        last, item_left = line, line.left if line.is_item else None
    if last is not None:
        yield last


def _put_together(text: str, following: str) -> str:
    divided = _DIVIDED.search(text)
    if divided is None or not following[:1].islower():
        return f"{text} {following}"
    keeps_hyphen = divided["prefix"].casefold() in vocabulary.phrases(lambda language: language.resume.hyphenated)
    return f"{text}{following}" if keeps_hyphen else f"{text[:-1]}{following}"
