"""A document's outline: which line is the job's title, which lines are headings, and the sections they open."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.names import ends_in_legal_form, names_a_role
from service.postings.reading.text.phrases import Phrases, any_of, by_meaning, phrases_of, words_in, words_of
from service.vocabulary.posting import SectionKind

# A title is a line; longer first lines are sentences.
TITLE_MAX_CHARS = 150
# Longer lines are sentences that happen to hold the word.
HEADING_MAX_CHARS = 90
HEADING_WORDS_MAX = 14
# ... and where nothing marks it as a heading, it is shorter still.
UNMARKED_WORDS_MAX = 8
# "What you will need to succeed in this role": words a heading may have beyond those that classify it, where nothing
# but the words says that it is one.
EXTRA_WORDS = 3
# "About Red Hat": the employer's own story, under its name.
STORY_MAX_CHARS = 60

# A heading's words beyond those that classify it, by how many those are: "profile" alone proves little in
# "Save this job with your existing profile, or create a new one".
EXTRA_WORDS_MAX = {1: 4, 2: 8}

# So many headings of one rank are those of sections.
SECTIONS_LEAST = 3

LABELLED = re.compile(r"([^:：\n]{2,40})[:：]\s{0,4}(?=\S)")


@dataclass(slots=True)
class Section:
    kind: SectionKind
    heading: Line | None
    lines: list[Line] = field(default_factory=list[Line])


@dataclass(frozen=True, slots=True)
class Outline:
    """`title` is the number of its line. `sections` are the posting's own, from the title on: up to the heading that
    opens other postings or the site's small print; `lines` are theirs, and those above the title."""

    document: Document
    title: int | None
    sections: Sequence[Section]
    lines: Sequence[Line]

    @property
    def title_text(self) -> str:
        return "" if self.title is None else self.document.lines[self.title].text


@dataclass(frozen=True, slots=True)
class _Name:
    kind: SectionKind
    extra_words: int  # of the line, beyond the words that classify it


def outline_of(document: Document, *, is_body: bool = False) -> Outline:
    """`is_body`: a description that came apart from its title, and is the posting's own from its first line on."""
    title = None if is_body else _title_index(document)
    own = _own_sections(document.lines[title or 0 :])
    count = sum(len(section.lines) + (section.heading is not None) for section in own)
    return Outline(document, title, own, document.lines[: (title or 0) + count])


def named(text: str) -> _Name | None:
    """What a heading of these words opens: the longest phrase in it decides, the first among equals."""
    if len(text) > HEADING_MAX_CHARS or text.count(" ") > HEADING_WORDS_MAX:
        return None
    best = max(_headings().find(text), key=lambda match: match.words, default=None)
    if best is None:
        is_story = len(text) <= STORY_MAX_CHARS and not text.endswith(".") and _story_of().match(text) is not None
        return _Name("employer", 0) if is_story else None
    extra_words = len(words_of(text)) - best.words
    return _Name(best.meaning, extra_words) if extra_words <= EXTRA_WORDS_MAX[min(best.words, 2)] else None


def is_section(text: str) -> bool:
    name = named(text)
    return name is not None and name.extra_words <= 1


def is_no_posting(outline: Outline) -> bool:
    """Does the page say by its title that it is a form to sign in, an error, or a door shut to machines?"""
    shown = (outline.title_text or outline.document.title).strip()[:TITLE_MAX_CHARS]
    match = next(_no_posting().find(shown), None)
    if match is None or not _exclaimed().issuperset(words_of(shown[: match.start])):
        return False
    return _stands_alone().fullmatch(shown, match.end) is not None


@cache
def _headings() -> Phrases[SectionKind]:
    return by_meaning(lambda language: language.posting.headings)


@cache
def _story_of() -> re.Pattern[str]:
    return re.compile(rf"{any_of(lambda language: language.posting.story_of)}(?:\s|(?<=['’]))(?=\S)", re.IGNORECASE)


@cache
def _no_posting() -> Phrases[bool]:
    return phrases_of(lambda language: language.posting.no_posting)


@cache
def _exclaimed() -> frozenset[str]:
    return words_in(lambda language: language.posting.exclaimed)


@cache
def _stands_alone() -> re.Pattern[str]:
    """Nothing, an address or an invitation behind it: a Login Engineer has a title."""
    return re.compile(rf"\s*(?:[|•·–—:!?.,…(-].*|{any_of(lambda language: language.posting.titles.invites)}\s.*)?")


def _title_index(document: Document) -> int | None:
    """The line that is the job's title: the heading the window's title repeats, else the first of the highest rank
    that does not name a section, else the first line of a text without such headings."""
    lines = document.lines
    window = f"{document.meta.get('og:title', '')}\n{document.title}".casefold()
    headings = list(_title_headings(lines))
    for index in headings:
        if len(lines[index].text) >= 4 and lines[index].text.casefold() in window:
            return index
    highest = min((lines[index].level for index in headings), default=0)
    of_highest = [index for index in headings if lines[index].level == highest]
    if of_highest and not _are_sections(lines, of_highest):
        return of_highest[0]
    has_title = bool(lines) and not window.strip() and _may_be_title(lines[0])
    return 0 if has_title else next((index for index in of_highest if names_a_role(lines[index].text)), None)


def _title_headings(lines: Sequence[Line]) -> Iterator[int]:
    for index, line in enumerate(lines):
        is_short = line.kind == "heading" and len(line.text) <= TITLE_MAX_CHARS
        if is_short and not is_section(line.text) and not _is_furniture(line.text):
            yield index


def _are_sections(lines: Sequence[Line], headings: Sequence[int]) -> bool:
    """Headings of a language that is not known: several of one rank below the highest, the first of them no role."""
    first = lines[headings[0]]
    of_rank = sum(line.kind == "heading" and line.level == first.level for line in lines)
    return first.level > 1 and of_rank >= SECTIONS_LEAST and not names_a_role(first.text)


def _may_be_title(line: Line) -> bool:
    has_stop = line.text.endswith((".", ":", "：", "!", "?")) and ends_in_legal_form().search(line.text) is None
    is_other = has_stop or is_section(line.text) or LABELLED.match(line.text) is not None or _is_furniture(line.text)
    return len(line.text) <= TITLE_MAX_CHARS and not is_other


def _is_furniture(text: str) -> bool:
    """A button, a label, or what fills its value; what shows that there is no posting is told from those."""
    bare = text.strip(" .:：!?*»›→")
    is_all = any(match.end - match.start == len(bare) for match in _furniture().find(bare))
    return is_all and next(_no_posting().find(bare), None) is None


@cache
def _furniture() -> Phrases[bool]:
    return phrases_of(
        lambda language: (
            *language.posting.fillers,
            *language.posting.teasers,
            *language.posting.apply,
            *language.posting.other_labels,
            *(label for labels in language.posting.labels.values() for label in labels),
        )
    )


def _own_sections(lines: Sequence[Line]) -> list[Section]:
    found = _sections(lines)
    end = next((index for index, section in enumerate(found) if index and section.kind == "end"), len(found))
    return found[:end]


def _sections(lines: Sequence[Line]) -> list[Section]:
    """The lines, cut at headings. Subheadings that say nothing of their own belong to the section above them."""
    found = [Section("other", None)]
    level = 0
    for index, line in enumerate(lines):
        name = named(line.text) if _may_be_heading(line) else None
        if not _is_heading(line, name, lines[index + 1] if index + 1 < len(lines) else None):
            found[-1].lines.append(line)
            continue
        kind = name.kind if name else "other"
        # So does a quotation, or another line set as a heading, between a section's heading and its list.
        is_inserted = found[-1].heading is not None and not found[-1].lines and _is_quoted(line.text)
        inherits = name is None and line.kind == "heading" and (line.level > level > 0 or is_inserted)
        found.append(Section(found[-1].kind if inherits else kind, line))
        level = level if inherits else line.level
    return found


def _is_heading(line: Line, name: _Name | None, following: Line | None) -> bool:
    if line.kind == "heading":
        return True
    if line.kind in ("item", "link") or len(line.text) > HEADING_MAX_CHARS:
        return False
    if line.text.endswith((":", "：")):
        return True
    if name is None or line.text.endswith((".", ",", ";")):
        return False
    # "¿QUÉ HARÁS EN EL PUESTO", "Was erwartet dich?", and what stands right above a list.
    is_marked = line.text.isupper() or line.text.endswith("?") or (following is not None and following.kind == "item")
    return name.extra_words == 0 or (is_marked and name.extra_words <= EXTRA_WORDS)


def _is_quoted(text: str) -> bool:
    """A quotation, or a sentence: no heading of anything."""
    return text[0] in "\"'„“”«»‚‘「『" or (text.endswith((".", "!", "…")) and text.count(" ") > 3)


def _may_be_heading(line: Line) -> bool:
    """What is no heading element, and does not end like one, has to be short to be looked at."""
    if line.kind in ("item", "link"):
        return False
    return line.kind == "heading" or line.text.endswith((":", "：")) or line.text.count(" ") < UNMARKED_WORDS_MAX
