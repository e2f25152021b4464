"""A PDF's pages to lines. Pure.

Lines come in the order in which the file draws them, which in what word processors, browsers and TeX write is the order
of reading, column after column. A file that draws two columns line by line gives them side by side, a tabulator
between; text in pictures is not read. A word divided at the end of a line is put together where both halves are small
letters, except after what commonly keeps its hyphen (`self-`, `long-`).
"""

import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import FileNotDecryptedError, LimitReachedError

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
# In thousandths of the letters' height: kerning moves by less, and pypdf sees what is more.
WORD_GAPS = (140, 500)

_BOLD = re.compile(r"bold|black|heavy|semibold|demi|-bd|CMBX|SFBX|LMBX", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_DIVIDED = re.compile(r"(?P<prefix>[^\W\d_]{2,})-\Z")
_KEEPS_HYPHEN = frozenset(
    (
        *("all", "anti", "back", "co", "cross", "end", "ex", "front", "full", "half", "hands", "high", "in", "inter"),
        *("large", "long", "low", "mid", "multi", "near", "non", "off", "on", "open", "part", "post", "pre", "problem"),
        *("real", "self", "semi", "short", "state", "sub", "team", "third", "time", "top", "two", "user", "well"),
        "world",
    )
)


@dataclass(slots=True)
class _Drawn:
    """One line of a page, as it was drawn. `sizes` and `bold` count characters."""

    text: str = ""
    left: float = 0.0
    end: float = 0.0  # where the last piece probably ended
    sizes: Counter[float] = field(default_factory=Counter[float])
    bold: int = 0

    @property
    def size(self) -> float:
        return max(self.sizes, key=lambda size: self.sizes[size], default=0.0)

    @property
    def is_bold(self) -> bool:
        return self.bold > 0.8 * self.sizes.total() > 0


def read_pdf(content: bytes) -> ResumeText:
    """Raises NotReadable; MemoryError, where the process may have no more."""
    limits: dict[str, Any] = {
        "maximum_declared_stream_length": STREAM_MAX_BYTES,
        "array_based_stream_maximum_output_length": STREAM_MAX_BYTES,
        "zlib_maximum_output_length": STREAM_MAX_BYTES,
        "lzw_maximum_output_length": STREAM_MAX_BYTES,
        "run_length_maximum_output_length": STREAM_MAX_BYTES,
        "brotli_maximum_output_length": STREAM_MAX_BYTES,
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
        pages.append(_drawn(page))
        for address in _links(page):
            found.add_link(address)
    drawn = _without_running_heads(pages)
    body = _body_size(drawn)
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
    ends: Counter[str] = Counter()
    for page in pages:
        ends.update({_without_numbers(line) for line in (*page[:1], *page[-1:])})
    kept: list[_Drawn] = []
    heads: dict[str, _Drawn] = {}
    for line in (line for page in pages for line in page):
        text = _without_numbers(line)
        if ends[text] > max(1, len(pages) / 2):
            heads.setdefault(text, line)
        else:
            kept.append(line)
    return [*kept, *heads.values()]


def _without_numbers(line: _Drawn) -> str:
    return _NUMBER.sub("#", folded(line.text))


def _drawn(page: PageObject) -> list[_Drawn]:
    lines = [_Drawn()]

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        left, height = _place(cm, tm, size)
        for number, said in enumerate(text.split("\n")):
            if number:
                lines.append(_Drawn())
            # What is drawn as a soft hyphen is seen, so it is a hyphen.
            piece = said.replace("\u00ad", "-")
            if piece.strip():
                _draw(lines[-1], piece, left if not number else math.inf, height, _is_bold(font))
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


def _place(cm: Sequence[float], tm: Sequence[float], size: float) -> tuple[float, float]:
    """Where a piece begins, and how high its letters are, in the page's own units."""
    left = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    height = abs(size) * math.hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
    return left, height


def _draw(line: _Drawn, piece: str, left: float, height: float, is_bold: bool) -> None:  # noqa: FBT001 - of the font
    if not line.text.strip():
        line.left = line.end = left
    elif left - line.end > GAP_HEIGHTS * height and math.isfinite(left - line.end):
        line.text = line.text.rstrip() + "\t"
    line.text += piece
    letters = len(piece.strip())
    line.sizes[height] += letters
    line.bold += letters if is_bold else 0
    line.end = left + len(piece) * LETTER_WIDTH * height


def _is_bold(font: Any) -> bool:
    return font is not None and _BOLD.search(str(font.get("/BaseFont", ""))) is not None


def _links(page: PageObject) -> Iterator[str]:
    for number, reference in enumerate(page.get("/Annots") or ()):
        if number == LINKS_PER_PAGE_MAX:
            return
        annotation = reference.get_object()
        action = annotation.get("/A") if annotation is not None else None
        if action is not None and isinstance(address := cast("object", action.get_object().get("/URI")), str):
            yield address


def _body_size(lines: Iterable[_Drawn]) -> float:
    """The size of most characters."""
    sizes: Counter[float] = Counter()
    for line in lines:
        for size, characters in line.sizes.items():
            sizes[round(size, 1)] += characters
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _joined(lines: Iterable[_Drawn]) -> Iterator[_Drawn]:
    """A list item with the lines that go on below its text, a divided word with its other half."""
    last: _Drawn | None = None
    item_left: float | None = None
    for line in lines:
        text = line.text.lstrip()
        is_item = BULLET.match(text) is not None
        goes_on = item_left is not None and not is_item and line.left > item_left + 1 and not line.is_bold
        if last is not None and _same_size(last, line) and (goes_on or _is_divided(last.text, text)):
            last.text = _put_together(last.text.rstrip(), text)
            continue
        if last is not None:
            yield last
        last = line
        item_left = line.left if is_item else None
    if last is not None:
        yield last


def _same_size(one: _Drawn, other: _Drawn) -> bool:
    return abs(one.size - other.size) < 0.5


def _is_divided(text: str, following: str) -> bool:
    return _DIVIDED.search(text.rstrip()) is not None and following[:1].islower()


def _put_together(text: str, following: str) -> str:
    divided = _DIVIDED.search(text)
    if divided is None or not following[:1].islower():
        return f"{text} {following}"
    return f"{text}{following}" if divided["prefix"].casefold() in _KEEPS_HYPHEN else f"{text[:-1]}{following}"
