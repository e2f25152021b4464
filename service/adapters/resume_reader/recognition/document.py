"""The whole: from the lines of a file to a JSON Resume document, in the order of its schema. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

from service.adapters.resume_reader.lines import Line, ResumeText
from service.adapters.resume_reader.recognition import basics, entry_header, listings, positions, schools, skills
from service.adapters.resume_reader.recognition.dates import find
from service.adapters.resume_reader.recognition.sections import Part, Section, sections
from service.adapters.resume_reader.recognition.vocabulary import listed
from service.adapters.resume_reader.recognition.words import ENTRIES_MAX, PROSE_MAX_CHARS, WORDS_MAX

Json = dict[str, Any]

_WORD = re.compile(r"\w+")
# What is written before what is told, and tells nothing itself.
_CONTACT = listed(
    """
    email e mail phone mobile tel telephone telefon teléfono téléphone cell mobil móvil portable website web github
    linkedin http https address adresse name cv resume résumé curriculum vitae lebenslauf
    """
)
_SCHOOL = frozenset({"gpa", "cgpa", "note", "in", "of", "der", "en", "im", "de"})
_POSITION = frozenset({"at", "bei", "chez"}) | {
    word for words in entry_header.LABELS.values() for word in words.split()
}
# The names of a table's columns tell nothing either.
_COLUMNS = frozenset(word for name in skills.COLUMNS for word in name.split())
_LABELS = {
    Part.WORK: _POSITION,
    Part.VOLUNTEER: _POSITION,
    Part.HEADING: _CONTACT,
    Part.CONTACT: _CONTACT,
    Part.EDUCATION: _SCHOOL,
    Part.PROJECTS: frozenset({"stack"}),
}


def recognised(text: ResumeText) -> Json:
    """A document that is in order, whatever the lines are. Linear in their number."""
    found = sections(text.lines)
    told = {"basics": _basics(found, text.links)} | _sections(found)
    document = {name: value for name, value in told.items() if value}
    if other := list(_left_over(found, document)):
        document["other"] = other
    return document


def _basics(found: Sequence[Section], links: Sequence[str]) -> Json:
    told = basics.basics(found[0].told, _lines(found, Part.CONTACT), links)
    said = [section.told for section in found if section.part is Part.SUMMARY]
    if said:
        told["summary"] = "\n".join(line.text.strip() for line in said[0])
    elif len(found) == 1 and "summary" not in told:
        told["summary"] = basics.everything(found[0].lines, told)
    return {name: value for name, value in told.items() if value and len(value) <= PROSE_MAX_CHARS}


def _sections(found: Sequence[Section]) -> Json:
    by_part: dict[Part, list[Section]] = {}
    for section in found:
        by_part.setdefault(section.part, []).append(section)
    lines = partial(_lines, found)
    return {
        "work": _each(by_part, Part.WORK, partial(positions.positions, organisation="name")),
        "volunteer": _each(by_part, Part.VOLUNTEER, partial(positions.positions, organisation="organization")),
        "education": _with_courses(_each(by_part, Part.EDUCATION, schools.schools), lines(Part.COURSES)),
        "awards": listings.awards(lines(Part.AWARDS)),
        "certificates": listings.certificates(lines(Part.CERTIFICATES)),
        "publications": _each(by_part, Part.PUBLICATIONS, listings.publications),
        "skills": _skills(by_part),
        "languages": listings.languages(lines(Part.LANGUAGES)),
        "interests": listings.interests(lines(Part.INTERESTS)),
        "references": listings.references(lines(Part.REFERENCES)),
        "projects": _each(by_part, Part.PROJECTS, positions.projects),
    }


def _lines(found: Sequence[Section], part: Part) -> list[Line]:
    return [line for section in found if section.part is part for line in section.told]


def _each(by_part: Mapping[Part, list[Section]], part: Part, read: Callable[[list[Line]], list[Json]]) -> list[Json]:
    """Section by section: the shape of a section's entries is its own."""
    return [entry for section in by_part.get(part, ()) for entry in read(section.told)][:ENTRIES_MAX]


def _with_courses(schools: list[Json], lines: Sequence[Line]) -> list[Json]:
    """Courses under a heading of their own belong to the school that is named first: the last one attended."""
    courses = [course for line in lines if line.kind != "heading" for course in skills.keywords(line.text)]
    if schools and courses:
        schools[0]["courses"] = [*schools[0].get("courses", ()), *courses][:WORDS_MAX]
    return schools


def _skills(by_part: dict[Part, list[Section]]) -> list[Json]:
    found = [group for section in by_part.get(Part.SKILLS, ()) for group in skills.skills(section.lines)]
    for section in by_part.get(Part.LANGUAGES, ()):  # "Languages: Python, Go"
        if section.lines and not listings.languages(section.told):
            found += [{"name": section.heading.strip(" :"), **group} for group in skills.skills(section.lines)]
    return found[:WORDS_MAX]


def _left_over(found: Iterable[Section], document: Json) -> Iterator[Json]:
    """Lines with a word that the document has nowhere, under their heading."""
    known = {word for said in _texts(document) for word in _words(said)}
    for section in found:
        known_here = known | _LABELS.get(section.part, frozenset())
        lines = [
            line.text
            for line in section.lines
            if not _is_told(line.text, known_here | _COLUMNS if line.kind == "columns" else known_here)
        ]
        if lines or section.part is Part.OTHER:
            yield ({"name": section.heading} if section.heading else {}) | {"lines": lines}


def _is_told(text: str, known: set[str]) -> bool:
    """Whether each of its words is known; dates are told in another form."""
    if (dates := find(text)) is not None:
        text = f"{text[: dates.start_at]} {text[dates.end_at :]}"
    return all(word in known for word in _words(text))


def _words(text: str) -> Iterator[str]:
    yield from _WORD.findall(text.casefold())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        inner = cast("Json", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for each in inner:
            yield from _texts(each)
