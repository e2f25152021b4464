"""Where one position, school or project ends and the next begins. Pure.

An entry's head is the line that tells when, with the short lines around it that tell what and where; its body is what
follows. How many lines of a head stand above its dates is the same throughout a section, and the first entry shows it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from service.adapters.resume_reader.lines import LINE_MAX_CHARS, Line
from service.adapters.resume_reader.recognition.dates import Dates, find
from service.adapters.resume_reader.recognition.words import is_degree, is_employer, is_place, is_position, words_of

HEAD_LINES_MAX = 3
HEAD_MAX_CHARS = 120
HEAD_WORDS_MAX = 14
# Small words of a name: "Bank of the West".
SMALL_WORD_CHARS = 3


@dataclass(slots=True)
class Entry:
    """`heads` are without the dates. `prose` are lines before the first item, in one run."""

    heads: list[str] = field(default_factory=list[str])
    dates: Dates | None = None
    prose: list[str] = field(default_factory=list[str])
    items: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Dated:
    line: Line
    dates: Dates | None

    @property
    def rest(self) -> str:
        """The line without its dates, a gap in their place."""
        text, dates = self.line.text, self.dates
        if dates is None:
            return text
        return f"{text[: dates.start_at]}\t{text[dates.end_at :]}"

    @property
    def is_head_like(self) -> bool:
        text = self.rest.rstrip(" \t,;:|–—-").strip() if self.dates else self.rest.strip()
        words = len(words_of(text))
        is_sentence = text.endswith((";", ",", ":")) or (text.endswith(".") and not is_employer(text))
        return len(text) <= HEAD_MAX_CHARS and words <= HEAD_WORDS_MAX and not is_sentence and not text[:1].islower()

    @property
    def is_anchor(self) -> bool:
        """Whether it tells when: a range, or a date at either end."""
        if self.dates is None or not self.is_head_like:
            return False
        at_edge = not self.line.text[: self.dates.start_at].strip(" \t(") or not self.line.text[
            self.dates.end_at :
        ].strip(" \t).,")
        return self.dates.is_range or at_edge


def entries(lines: Sequence[Line], *, is_complete: Callable[[Sequence[str]], bool]) -> list[Entry]:
    """`is_complete` tells of the lines of a head whether nothing is missing in it."""
    dated = [_Dated(line, find(line.text)) for line in lines]
    starts = _anchored(dated) or _headed(dated)
    ends = [*(start for start, _ in starts[1:]), len(dated)][: len(starts)]
    return [
        _entry(dated[start:end], anchor - start, is_complete) for (start, anchor), end in zip(starts, ends, strict=True)
    ]


def _anchored(dated: Sequence[_Dated]) -> list[tuple[int, int]]:
    """Where each entry starts, and its line with the dates."""
    anchors = [index for index, each in enumerate(dated) if each.is_anchor and each.line.kind != "item"]
    has_item_heads = bool(anchors) and anchors[0] == 1 and dated[0].line.kind == "item"
    if not anchors:
        anchors = [index for index, each in enumerate(dated) if each.is_anchor]
        if anchors[:1] != [0]:
            return []
    above = anchors[0] if anchors[0] < HEAD_LINES_MAX and all(each.is_head_like for each in dated[: anchors[0]]) else 0
    starts: list[tuple[int, int]] = []
    for anchor in anchors:
        start, last = anchor, starts[-1][1] if starts else -1
        while start - 1 > last and anchor - start < above and _is_head(dated[start - 1], has_item_heads):
            start -= 1
        if starts and start == anchor == last + 1 and not _tells(dated[anchor]) and not above:
            continue  # a second line of dates within one head
        starts.append((start, anchor))
    return starts


def _is_head(each: _Dated, has_item_heads: bool) -> bool:  # noqa: FBT001 - one of two shapes
    return each.is_head_like and (each.line.kind != "item" or has_item_heads)


def _tells(each: _Dated) -> bool:
    return bool(words_of(each.rest))


def _headed(dated: Sequence[_Dated]) -> list[tuple[int, int]]:
    """Without dates: at each line that stands out, else at each that has a list below it."""
    headings = [index for index, each in enumerate(dated) if each.line.kind == "heading"]
    if headings[:1] == [0]:
        return [(index, index) for index in headings]
    kinds = [each.line.kind == "item" for each in dated]
    above_lists = [
        index
        for index, is_item in enumerate(kinds)
        if not is_item and kinds[index + 1 : index + 2] == [True] and dated[index].is_head_like
    ]
    return [(index, index) for index in above_lists] if above_lists[:1] == [0] else []


def _entry(dated: Sequence[_Dated], anchor: int, is_complete: Callable[[Sequence[str]], bool]) -> Entry:
    entry = Entry(heads=[each.rest for each in dated[: anchor + 1]], dates=dated[anchor].dates)
    body = list(dated[anchor + 1 :])
    while body and len(entry.heads) <= HEAD_LINES_MAX and not is_complete(entry.heads):
        if not _goes_on(*body[:2]):
            break
        following = body.pop(0)
        entry.heads.append(following.rest)
        entry.dates = entry.dates or following.dates
    for each in body:
        _add(entry, each.line)
    return entry


def _goes_on(each: _Dated, following: _Dated | None = None) -> bool:
    """Whether a line below the dates is part of the head: it stands out or names something, or is written like a name
    and has a list below it. The first words of what somebody did are no employer."""
    text = each.rest
    if each.line.kind == "item" or not each.is_head_like:
        return False
    if each.line.kind == "heading" or is_employer(text) or is_position(text) or is_place(text) or is_degree(text):
        return True
    is_above_list = following is not None and following.line.kind == "item"
    return is_above_list and all(word[0].isupper() for word in text.split() if len(word) > SMALL_WORD_CHARS)


def _add(entry: Entry, line: Line) -> None:
    text = line.text.strip()
    if line.kind == "item":
        entry.items.append(text)
    elif not entry.items:
        entry.prose.append(text)
    elif text[:1].islower() and len(entry.items[-1]) + len(text) < LINE_MAX_CHARS:  # it goes on, without being set in
        entry.items[-1] += f" {text}"
    else:
        entry.items.append(text)


def span(dates: Dates | None) -> Iterator[tuple[str, str]]:
    if dates is not None:
        yield "startDate", dates.since
        if dates.until is not None:
            yield "endDate", dates.until
