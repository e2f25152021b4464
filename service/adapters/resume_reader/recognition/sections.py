"""A résumé's lines, cut at its headings. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from service import vocabulary
from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.listings import cells, is_header
from service.adapters.resume_reader.recognition.words import is_inner, is_position, pattern

# Longer ones are sentences.
HEADING_MAX_CHARS = 60
HEADING_WORDS_MAX = 7
# The level of what is as large as the text around it.
BOLD_LEVEL = 6
# "Relevant professional experience": words that a heading may have beyond what it is called, where it stands out.
EXTRA_WORDS_MAX = 2


class Part(Enum):
    """What a section tells."""

    HEADING = "heading"  # all that stands above the first heading
    CONTACT = "contact"
    SUMMARY = "summary"
    WORK = "work"
    EDUCATION = "education"
    COURSES = "courses"
    PROJECTS = "projects"
    SKILLS = "skills"
    LANGUAGES = "languages"
    CERTIFICATES = "certificates"
    AWARDS = "awards"
    PUBLICATIONS = "publications"
    VOLUNTEER = "volunteer"
    INTERESTS = "interests"
    REFERENCES = "references"
    OTHER = "other"


# Such lines are sections of their own, or a line of the one they stand in.
LABELS = frozenset({Part.SUMMARY, Part.SKILLS, Part.LANGUAGES, Part.INTERESTS, Part.CERTIFICATES})
_WITH_ENTRIES = frozenset({Part.WORK, Part.PROJECTS, Part.VOLUNTEER})
_IN_TABLES = frozenset({Part.SKILLS, Part.LANGUAGES, Part.CERTIFICATES})
# Where nothing but a heading stands in capitals, in a text whose headings do.
_WITHOUT_CAPITALS = frozenset({Part.CONTACT, Part.SUMMARY, Part.LANGUAGES, Part.INTERESTS, Part.OTHER})
# Where "Skills: Python" is a line of what stands there.
_TAKES_LABELS = frozenset({Part.WORK, Part.PROJECTS, Part.SKILLS, Part.VOLUNTEER})

# Between the two halves of a heading.
_JOINT = r"\s*(?:[&+/,|・、]|\b{joins}\b)\s*"
_DECORATION = re.compile(r"^[\W\d_]+|[\W_]+$")
_SPACED_OUT = re.compile(r"(?:[^\W\d_] ){3,}[^\W\d_]")
_LABELLED = re.compile(r"([^:]{2,40}):\s*(?=\S)")


@cache
def part_names() -> Mapping[str, Part]:
    """What headings are called, in all languages."""
    return {
        name: part
        for language in vocabulary.languages().values()
        for part in Part
        for name in language.resume.sections.get(part.value, ())
    }


@dataclass(slots=True)
class Section:
    part: Part
    heading: str
    lines: list[Line] = field(default_factory=list[Line])

    @property
    def told(self) -> list[Line]:
        """The lines without the names of a table's columns."""
        return [line for line in self.lines if line.kind != "columns"]


def sections(lines: Iterable[Line], *, is_owner: Callable[[str], bool]) -> list[Section]:
    """The lines under their headings, in order; the first is what stands above all headings.

    `is_owner` tells the line with the name of whose résumé it is: where a margin with contacts and skills comes first,
    the heading goes on there.
    """
    found = [Section(Part.HEADING, "")]
    rank = 0  # of the heading that opened the section, 0 where nothing but its words says that it is one
    is_named = False
    for each in lines:
        last, line = found[-1], each
        if not is_named and is_owner(line.text):
            is_named, rank = True, 0
            if last.part not in (Part.HEADING, Part.CONTACT):
                found.append(Section(Part.HEADING, "", [line]))
                continue
        if line.kind == "columns" and (last.part is Part.HEADING or "\t" not in line.text):  # a table for its layout
            line = Line("paragraph", 0, line.text)
        if line.kind == "columns" or _is_header(last.part, line):
            last.lines.append(Line("columns", 0, line.text))
        elif (part := named(line)) and not _is_within(last, rank, line):
            found.append(Section(part, line.text))
            rank = line.level if line.kind == "heading" else 0
        elif opened := _labelled(line, last.part):
            found.append(opened)
            rank = 0
        elif last.part is not Part.HEADING and _is_unknown_heading(line, rank, last):
            found.append(Section(Part.OTHER, line.text))
        else:
            last.lines.append(line)
    return found


def _is_header(here: Part, line: Line) -> bool:
    """The names of a table's columns, where no table says so: not two headings side by side."""
    if here not in _IN_TABLES or "\t" not in line.text or not is_header(line.text):
        return False
    return not all(cell.casefold() in part_names() for cell in cells(line.text))


def named(line: Line) -> Part | None:
    """What a line opens, if it is the heading of a section."""
    text = _SPACED_OUT.sub(lambda letters: letters[0].replace(" ", ""), line.text)
    text = " ".join(_DECORATION.sub("", text).casefold().split())
    if not text or len(text) > HEADING_MAX_CHARS or text.count(" ") >= HEADING_WORDS_MAX:
        return None
    if part := part_names().get(text):
        return part
    halves = [half for half in pattern(_JOINT).split(text) if half]
    known = [part_names()[half] for half in halves if half in part_names()]
    if len(halves) > 1 and known and (len(known) == len(halves) or line.kind == "heading"):
        return known[0]
    is_prominent = line.kind == "heading" or line.text.isupper()
    return _called(text) if is_prominent and not is_position(text) else None


def _called(text: str) -> Part | None:
    """What stands out may have a word more: the longest name in it decides, its last words first."""
    words = text.split()
    for length in range(len(words) - 1, 0, -1):
        if len(words) - length > EXTRA_WORDS_MAX:
            return None
        for start in range(len(words) - length, -1, -1):
            if part := part_names().get(" ".join(words[start : start + length])):
                return part
    return None


def _is_within(here: Section, rank: int, line: Line) -> bool:
    """A heading of lower rank in a list of skills or a school's entry names a part of it; so does one in a position
    that names what such have, and is of no higher rank than the positions, or has a colon as no section has here."""
    is_lower = line.kind == "heading" and 0 < rank < line.level
    if here.part in (Part.SKILLS, Part.EDUCATION, Part.COURSES, Part.PUBLICATIONS):
        return is_lower
    if here.part not in _WITH_ENTRIES or not here.lines or not is_inner(line.text):
        return False
    if line.kind == "heading":
        entries = next((each.level for each in here.lines if each.kind == "heading"), BOLD_LEVEL)
        return is_lower and (line.level == BOLD_LEVEL or line.level > entries)
    return line.text.rstrip().endswith(":") and not here.heading.rstrip().endswith(":")


def _labelled(line: Line, here: Part) -> Section | None:
    """`Languages: German, English` opens a section, and is its first line."""
    label = _LABELLED.match(line.text)
    if label is None or here in _TAKES_LABELS:
        return None
    part = part_names().get(label[1].strip().casefold())
    if part not in LABELS or (here is Part.EDUCATION and part is not Part.SKILLS and part is not Part.LANGUAGES):
        return None
    text = line.text[label.end() :]
    return Section(part, label[1], [Line(line.kind, line.level, text)])


def _is_unknown_heading(line: Line, rank: int, here: Section) -> bool:
    """What stands out more than the heading before it opens a section, whatever it is called; and what stands out as
    much by its size, or as much in capitals too: an employer in bold is no section below a heading in bold."""
    is_in_capitals = line.text.isupper() and here.heading.isupper()
    if len(line.text) > HEADING_MAX_CHARS:
        return False
    if line.kind == "paragraph":
        return is_in_capitals and here.part in _WITHOUT_CAPITALS and line.text.count(" ") < HEADING_WORDS_MAX
    if line.kind != "heading" or not 0 < line.level <= rank:
        return False
    return line.level < rank or rank < BOLD_LEVEL or is_in_capitals
