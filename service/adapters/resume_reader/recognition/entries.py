"""A section's lines as entries (positions, schools, projects): where each begins, its header and dates, and what it
says below. Pure.

An entry's header is the line that tells when, with the short lines around it that tell what and where. How many lines
of it stand above its dates, and which stand out, is the same throughout a section, and the first entry shows it; a
heading as prominent as those begins an entry, whether it tells when or not: what stands below it is nobody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from service.adapters.resume_reader.lines import LINE_MAX_CHARS, Line
from service.adapters.resume_reader.recognition.dates import Dates, cut_dates, is_duration
from service.adapters.resume_reader.recognition.entry_header import label_of
from service.adapters.resume_reader.recognition.places import is_degree, is_employer, is_place, is_placelike
from service.adapters.resume_reader.recognition.words import Json, ending_in, filled, is_inner, is_position, words_of

HEADER_LINES_MAX = 3
HEADER_MAX_CHARS = 120
HEADER_WORDS_MAX = 14
# Small words of a name: "Bank of the West".
SMALL_WORD_CHARS = 3


class IsComplete(Protocol):
    def __call__(self, lines: Sequence[str], /, *, surely: bool = False) -> bool:
        """Whether nothing is missing in a header's lines; `surely`, where what may be a part of it does not count."""
        ...


@dataclass(frozen=True, slots=True)
class Dated:
    line: Line
    rest: str  # without the dates, a gap in their place
    dates: Dates | None

    @property
    def tells(self) -> bool:
        """Whether it says more than dates."""
        return bool(words_of(self.rest))

    @property
    def is_heading(self) -> bool:
        """Whether it stands out, and not for a part of an entry."""
        return self.line.kind == "heading" and not is_inner(self.rest)

    @property
    def is_header_like(self) -> bool:
        text = self.rest.rstrip(" \t,;:|–—-").strip() if self.dates else self.rest.strip()
        is_short = len(text) <= HEADER_MAX_CHARS and len(words_of(text)) <= HEADER_WORDS_MAX
        is_sentence = text.endswith((";", ",", ":")) or (text.endswith(".") and not is_employer(text))
        return is_short and not is_sentence and (not text[:1].islower() or is_degree(text))

    @property
    def is_anchor(self) -> bool:
        """Whether it tells when: a range, or a date at either end."""
        if self.dates is None or not self.is_header_like:
            return False
        before, after = self.line.text[: self.dates.start_at], self.line.text[self.dates.end_at :]
        return self.dates.is_range or not before.strip(" \t(") or not after.strip(" \t).,")


@dataclass(slots=True)
class Start:
    at: int
    anchor: int | None = None  # the line that tells when, where one does


@dataclass(slots=True)
class Entry:
    """`header` are without the dates. `prose` are lines before the first item, in one run. `level` is that of the
    heading it begins with, 0 where it begins with none; `under` is the heading that stands above several entries.
    `is_banner_above` tells that a line which names no position stands above the dates, `event` that those are the day
    on which somebody came or went."""

    header: list[str] = field(default_factory=list[str])
    dates: Dates | None = None
    prose: list[str] = field(default_factory=list[str])
    items: list[str] = field(default_factory=list[str])
    level: int = 0
    under: str = ""
    is_banner_above: bool = False
    event: Literal["", "joined", "left"] = ""


def entries(lines: Sequence[Line], *, is_complete: IsComplete) -> list[Entry]:
    dated = [Dated(line, *cut_dates(line.text)) for line in lines if not is_duration(line.text)]
    found = _starts(dated, is_complete)
    ends = [*(start.at for start in found[1:]), len(dated)][: len(found)]
    group: Dated | None = None
    read: list[Entry] = []
    for start, end in zip(found, ends, strict=True):
        first = dated[start.at]
        entry = _entry(dated[start.at : end], start, is_complete)
        entry.level = first.line.level if first.line.kind == "heading" else 0
        if group is not None and (not entry.level or entry.level > group.line.level):
            entry.under = group.rest
        else:
            group = first if entry.level else None
        read.append(entry)
    return read


def _entry(dated: Sequence[Dated], start: Start, is_complete: IsComplete) -> Entry:
    anchor = 0 if start.anchor is None else start.anchor - start.at
    end = _header_end(dated, 0, anchor, is_complete)
    header = dated[:end]
    dates = next((each.dates for each in (header[anchor], *header[anchor:]) if each.dates), None)
    entry = Entry(header=[each.rest for each in header], dates=dates)
    entry.is_banner_above = anchor > 0 and not is_position(header[0].rest)
    for event in ("joined", "left"):
        if any(map(ending_in(event).search, entry.header)):
            entry.header, entry.event = [ending_in(event).sub("", line) for line in entry.header], event
    for each in dated[end:]:
        _add(entry, each.line)
    return entry


def _add(entry: Entry, line: Line) -> None:
    text = line.text.strip()
    if line.kind != "item" and is_inner(text):
        return  # "Responsibilities" is nothing that somebody did
    if line.kind == "item":
        entry.items.append(text)
    elif not entry.items:
        entry.prose.append(text)
    elif is_place(text):  # of a margin that was drawn last
        entry.header.append(text)
    elif text[:1].islower() and len(entry.items[-1]) + len(text) < LINE_MAX_CHARS:  # it goes on, without being set in
        entry.items[-1] += f" {text}"
    else:
        entry.items.append(text)


def span(dates: Dates | None) -> Json:
    return filled({"startDate": dates.since, "endDate": dates.until}) if dates else {}


def _header_end(lines: Sequence[Dated], at: int, anchor: int, is_complete: IsComplete) -> int:
    """Where the header that begins `at`, and tells when in its line `anchor`, goes over into the body."""
    header = [each.rest for each in lines[at : anchor + 1]]
    end = anchor + 1
    while end < len(lines) and len(header) <= HEADER_LINES_MAX and _goes_on(header, lines[end : end + 2], is_complete):
        header.append(lines[end].rest)
        end += 1
    return end


def _goes_on(header: Sequence[str], below: Sequence[Dated], is_complete: IsComplete) -> bool:
    """Whether a line below the dates is part of the header: it stands out or names something, or is written like a name
    and has a list below it. The first words of what somebody did are no employer."""
    each, following = below[0], below[1:]
    text = each.rest.strip()
    if each.line.kind == "item" or not each.is_header_like or is_inner(text):
        return False
    if label := label_of(text):
        return label not in map(label_of, header)
    if is_complete(header, surely=True):
        return is_place(text) and not any(is_place(line.strip()) for line in header)
    is_bare = not any(map(words_of, header))  # dates alone
    if each.is_heading or _is_telling(each) or (is_bare and _is_capitalised(text)):
        return True
    is_above_list = bool(following) and following[0].line.kind == "item"
    return (is_above_list or is_placelike(text)) and _is_capitalised(text)


def _is_telling(each: Dated) -> bool:
    """Whether a line says what it is."""
    text = each.rest.strip()
    return is_employer(text) or is_position(text) or is_degree(text) or is_place(text)


def _is_capitalised(text: str) -> bool:
    return all(word[0].isupper() for word in text.split() if len(word) > SMALL_WORD_CHARS)


def _starts(lines: Sequence[Dated], is_complete: IsComplete) -> list[Start]:
    anchors = [index for index, each in enumerate(lines) if each.is_anchor and each.line.kind != "item"]
    has_item_headers = anchors[:1] == [1] and lines[0].line.kind == "item"
    if not lines:
        return []
    if not anchors and lines[0].is_anchor:
        anchors = [index for index, each in enumerate(lines) if each.is_anchor]
    if not anchors and lines[0].line.kind != "heading":
        return _undated(lines, is_complete)
    return _Search(lines, anchors, has_item_headers=has_item_headers, is_complete=is_complete).found


class _Search:
    """One pass over the lines of a section, by the shape of its first entry."""

    def __init__(
        self, lines: Sequence[Dated], anchors: Sequence[int], *, has_item_headers: bool, is_complete: IsComplete
    ) -> None:
        self._lines, self._is_complete, self._has_item_headers = lines, is_complete, has_item_headers
        self.found: list[Start] = []
        first = anchors[0] if anchors else 0
        is_shown = first <= HEADER_LINES_MAX and all(map(self._is_header, lines[:first]))
        self._above = first if is_shown else 0
        self._is_told_by_dates = bool(anchors) and not lines[first].tells
        begin = first - self._above
        header = range(begin, _header_end(lines, begin, first, is_complete))
        standing_out = [index for index in header if lines[index].is_heading]
        self._levels = frozenset(lines[index].line.level for index in standing_out)
        self._lead = standing_out[0] - begin if standing_out and standing_out[0] <= first else 0
        self._search(frozenset(anchors))

    def _search(self, anchors: frozenset[int]) -> None:
        for index in range(len(self._lines)):
            if index in anchors and self._completes(index):
                self.found[-1].anchor = index
            elif self._opens(index):
                at = self._back(index, self._lead)
                self.found.append(Start(at, index if index in anchors else None))
            elif index in anchors:
                self._anchor(index)
            elif _is_undated(self._lines, index, anchors, self._is_complete):
                self.found.append(Start(index))

    def _completes(self, index: int) -> bool:
        """Whether a line with dates belongs to the header above it, which has none."""
        if not self.found or self.found[-1].anchor is not None:
            return False
        last, line = self.found[-1], self._lines[index]
        above = self._lines[last.at : index]
        if len(above) > HEADER_LINES_MAX or not all(each.is_header_like and each.line.kind != "item" for each in above):
            return False
        if line.is_heading and line.line.level <= above[0].line.level:
            return not self._is_complete([each.rest for each in above])
        is_of_its_own = is_position(line.rest) or is_employer(line.rest)
        return not (is_of_its_own and self._is_complete([each.rest for each in above]))

    def _opens(self, index: int) -> bool:
        """Whether a heading begins an entry: it is as prominent as the first one's, and no further line of a header."""
        each = self._lines[index]
        if not each.is_heading:
            return False
        level = each.line.level
        if level > max(self._levels, default=0) if self._levels else not self._is_complete([each.rest]):
            return False
        if not self.found:
            return True
        last = self.found[-1]
        is_above_last = level < self._lines[last.at].line.level
        is_dated_twice = each.is_anchor and last.anchor is not None
        anchor = last.at if last.anchor is None else last.anchor
        return is_above_last or is_dated_twice or index >= _header_end(self._lines, last.at, anchor, self._is_complete)

    def _anchor(self, index: int) -> None:
        """A line with dates begins an entry, with the lines of its header above it."""
        each, floor = self._lines[index], self._floor()
        run = index - self._back(index, HEADER_LINES_MAX + 1)
        follows_item = index - run - 1 > floor and self._lines[index - run - 1].line.kind == "item"
        # Where the dates stand in the line of the name elsewhere, and here below it, one line.
        limit = self._above or int(not each.tells and not self._is_told_by_dates)
        is_all = run <= HEADER_LINES_MAX and (follows_item or all(map(_is_telling, self._lines[index - run : index])))
        at = self._back(index, run if limit and is_all else limit)
        while not follows_item and index - at > 1 and self.found:
            top = self._lines[at]
            if top.is_heading or _is_telling(top) or _is_capitalised(top.rest):
                break  # it is written like a name at least
            at += 1
        if self.found and at == index == floor + 1 and not each.tells and not self._above:
            return  # a second line of dates within one header
        self.found.append(Start(at, index))

    def _floor(self) -> int:
        """The last line that the entry before needs; a place right below its dates is its own."""
        if not self.found:
            return -1
        last = self.found[-1]
        end = last.at if last.anchor is None else last.anchor
        while last.anchor is not None and end + 1 < len(self._lines) and is_place(self._lines[end + 1].rest.strip()):
            end += 1
        return end

    def _back(self, index: int, limit: int) -> int:
        """Where the run of a header's lines above one begins, of `limit` lines at the most."""
        at, floor = index, self._floor()
        while at - 1 > floor and index - at < limit and self._is_header(self._lines[at - 1]):
            at -= 1
        return at

    def _is_header(self, each: Dated) -> bool:
        is_item = each.line.kind == "item" and not self._has_item_headers
        return each.is_header_like and not is_item and not is_inner(each.rest)


def _is_undated(lines: Sequence[Dated], index: int, anchors: frozenset[int], is_complete: IsComplete) -> bool:
    """Whether lines between two lists say whose and what as: another entry, which does not say when."""
    if not index or lines[index - 1].line.kind != "item" or lines[index].line.kind == "item":
        return False
    header: list[str] = []
    for at in range(index, min(index + HEADER_LINES_MAX + 1, len(lines))):
        if lines[at].line.kind == "item":
            return any(map(is_position, header)) and is_complete(header)
        if at in anchors or not lines[at].is_header_like:
            return False
        header.append(lines[at].rest)
    return False


def _undated(lines: Sequence[Dated], is_complete: IsComplete) -> list[Start]:
    """Without dates: at each short run of lines that has a list below it, else where the lines before are complete."""
    found: list[Start] = []
    at = 0
    for item in (index for index, each in enumerate(lines) if each.line.kind == "item"):
        if 0 < item - at <= HEADER_LINES_MAX and all(above.is_header_like for above in lines[at:item]):
            found.append(Start(at))
        at = item + 1
    if found:
        return found if found[0].at == 0 else []
    return _complete_runs(lines, is_complete)


def _complete_runs(lines: Sequence[Dated], is_complete: IsComplete) -> list[Start]:
    """Runs of lines that each say whose and what as, and nothing else; none where one says something else."""
    found = [Start(0)]
    for index, each in enumerate(lines):
        run = [above.rest for above in lines[found[-1].at : index]]
        if not each.is_header_like or len(run) > HEADER_LINES_MAX:
            return []
        if run and is_complete(run) and not is_place(each.rest.strip()):
            found.append(Start(index))
    return found if is_complete([each.rest for each in lines[found[-1].at :]]) else []
