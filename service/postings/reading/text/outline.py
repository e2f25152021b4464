"""Which lines of a posting are headings, and the sections they open."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.postings.reading.text.documents import Line
from service.postings.reading.text.parts import HEADINGS, Part
from service.postings.reading.text.phrases import words_of

# Longer lines are sentences that happen to hold the word.
HEADING_MAX_CHARS = 90
HEADING_WORDS_MAX = 14
# ... and where nothing marks it as a heading, it is shorter still.
UNMARKED_WORDS_MAX = 8
# "What you will need to succeed in this role": words a heading may have beyond those that classify it, where nothing
# but the words says that it is one.
EXTRA_WORDS = 3
# "About Red Hat": the employer's own story, under its name.
STORY_OF = ("About ", "Life at ", "Working at ", "Über ", "À propos d", "A propos d", "Sobre ")
STORY_MAX_CHARS = 60

# A heading's words beyond those that classify it, by how many those are: "profile" alone proves little in
# "Save this job with your existing profile, or create a new one".
EXTRA_WORDS_MAX = {1: 4, 2: 8}


@dataclass(slots=True)
class Section:
    part: Part
    heading: Line | None
    lines: list[Line] = field(default_factory=list[Line])


@dataclass(frozen=True, slots=True)
class _Name:
    part: Part
    extra_words: int  # of the line, beyond the words that classify it


def sections(lines: Sequence[Line]) -> list[Section]:
    """The lines, cut at headings. Subheadings that say nothing of their own belong to the section above them."""
    found = [Section(Part.OTHER, None)]
    level = 0
    for index, line in enumerate(lines):
        name = named(line.text) if _may_be_heading(line) else None
        if not _is_heading(line, name, lines[index + 1] if index + 1 < len(lines) else None):
            found[-1].lines.append(line)
            continue
        part = name.part if name else Part.OTHER
        inherits = part is Part.OTHER and line.kind == "heading" and line.level > level > 0
        found.append(Section(found[-1].part if inherits else part, line))
        level = level if inherits else line.level
    return found


def posting_sections(lines: Sequence[Line]) -> list[Section]:
    """The posting's own sections: up to the heading that opens other postings or the site's small print."""
    found = sections(lines)
    end = next((index for index, section in enumerate(found) if index and section.part is Part.END), len(found))
    return found[:end]


def named(text: str) -> _Name | None:
    """What a heading of these words opens: the longest phrase in it decides, the first among equals."""
    if len(text) > HEADING_MAX_CHARS or text.count(" ") > HEADING_WORDS_MAX:
        return None
    best = max(HEADINGS.find(text), key=lambda match: match.words, default=None)
    if best is None and len(text) <= STORY_MAX_CHARS and text.startswith(STORY_OF) and not text.endswith("."):
        return _Name(Part.EMPLOYER, 0)
    if best is None:
        return None
    extra_words = len(words_of(text)) - best.words
    return _Name(best.meaning, extra_words) if extra_words <= EXTRA_WORDS_MAX[min(best.words, 2)] else None


def _is_heading(line: Line, name: _Name | None, following: Line | None) -> bool:
    if line.kind == "heading":
        return True
    if line.kind == "item" or len(line.text) > HEADING_MAX_CHARS:
        return False
    if line.text.endswith((":", "：")):
        return True
    if name is None or line.text.endswith((".", ",", ";")):
        return False
    # "¿QUÉ HARÁS EN EL PUESTO", "Was erwartet dich?", and what stands right above a list.
    is_marked = line.text.isupper() or line.text.endswith("?") or (following is not None and following.kind == "item")
    return name.extra_words == 0 or (is_marked and name.extra_words <= EXTRA_WORDS)


def _may_be_heading(line: Line) -> bool:
    """What is no heading element, and does not end like one, has to be short to be looked at."""
    if line.kind == "item":
        return False
    return line.kind == "heading" or line.text.endswith(":") or line.text.count(" ") < UNMARKED_WORDS_MAX
