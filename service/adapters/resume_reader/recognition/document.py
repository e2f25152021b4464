"""The whole: from the lines of a file to a JSON Resume document, in the order of its schema. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, cast

from service import vocabulary
from service.adapters.resume_reader.lines import Line, ResumeText
from service.adapters.resume_reader.recognition import basics, entry_header, listings, positions
from service.adapters.resume_reader.recognition.dates import cut_dates, is_duration
from service.adapters.resume_reader.recognition.sections import Part, Section, sections
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    WORDS_MAX,
    Json,
    filled,
    joined,
    known,
)

ByPart = Mapping[Part, Sequence[Section]]

_WORD = re.compile(r"\w+")
# A text of more lines has sections as a rule.
NOTE_LINES_MAX = 5
_TELLING = ("work", "volunteer", "education", "skills", "projects", "languages", "certificates")


@cache
def _labels() -> Mapping[Part, frozenset[str]]:
    """Words that are written before what is told, and tell nothing themselves."""

    def labels(*kinds: str) -> Iterator[str]:
        return (phrase for kind in kinds for phrase in known(f"labels.{kind}"))

    position = _in_words((*labels(*entry_header.ROLES), *known("at")))
    contact = labels("name", "email", "phone", "page", "address")
    person = _in_words((*contact, *known("document_names"), "http", "https"))
    return dict.fromkeys((Part.WORK, Part.VOLUNTEER), position) | {
        Part.HEADING: person,
        Part.CONTACT: person,
        Part.EDUCATION: _in_words((*known("labels.score"), *known("studied_in"), *known("of"))),
        Part.PROJECTS: frozenset({"stack"}),
    }


def _in_words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in _WORD.findall(phrase.casefold()))


def recognised(text: ResumeText) -> Json:
    """A document that is in order, whatever the lines are. Linear in their number."""
    is_owner = basics.owner_test([line.text for line in text.lines], text.links)
    found = sections(text.lines, is_owner=is_owner)
    by_part = {part: [section for section in found if section.part is part] for part in Part}
    document = filled({"basics": _basics(found, by_part, text.links)} | _sections(by_part))
    if other := list(_left_over(found, by_part, document)):
        document["other"] = other
    if len(text.lines) > NOTE_LINES_MAX and not any(name in document for name in _TELLING):
        codes = ", ".join(sorted(code for code, each in vocabulary.languages().items() if each.resume.sections))
        detail = (
            f"No heading of this résumé is known, so that its lines are kept as text. Known are headings in: {codes}."
        )
        document["warnings"] = [{"code": "unrecognised-resume", "detail": detail}]
    return document


def _basics(found: Sequence[Section], by_part: ByPart, links: Sequence[str]) -> Json:
    told = basics.basics(_lines(by_part[Part.HEADING]), _lines(by_part[Part.CONTACT]), links)
    if summaries := by_part[Part.SUMMARY]:
        told["summary"] = joined(line.text.strip() for line in summaries[0].told)
    elif len(found) == 1 and "summary" not in told:
        told["summary"] = basics.everything(found[0].lines, told)
    return filled(told)


def _sections(by_part: ByPart) -> Json:
    def each(part: Part, read: Callable[[list[Line]], list[Json]]) -> list[Json]:
        """Section by section: the shape of a section's entries is its own."""
        return [entry for section in by_part[part] for entry in read(section.told)][:ENTRIES_MAX]

    def lines(part: Part) -> list[Line]:
        return _lines(by_part[part])

    return {
        "work": each(Part.WORK, partial(positions.positions, organisation="name")),
        "volunteer": each(Part.VOLUNTEER, partial(positions.positions, organisation="organization")),
        "education": _with_courses(each(Part.EDUCATION, positions.schools), lines(Part.COURSES)),
        "awards": listings.awards(lines(Part.AWARDS)),
        "certificates": listings.certificates(lines(Part.CERTIFICATES)),
        "publications": each(Part.PUBLICATIONS, listings.publications),
        "skills": _skills(by_part),
        "languages": listings.languages(lines(Part.LANGUAGES)),
        "interests": listings.interests(lines(Part.INTERESTS)),
        "references": listings.references(lines(Part.REFERENCES)),
        "projects": each(Part.PROJECTS, positions.projects),
    }


def _lines(found: Iterable[Section]) -> list[Line]:
    return [line for section in found for line in section.told]


def _with_courses(schools: list[Json], lines: Sequence[Line]) -> list[Json]:
    """Courses under a heading of their own belong to the school that is named first: the last one attended."""
    courses = [course for line in lines if line.kind != "heading" for course in listings.keywords(line.text)]
    if schools and courses:
        schools[0]["courses"] = [*schools[0].get("courses", ()), *courses][:WORDS_MAX]
    return schools


def _skills(by_part: ByPart) -> list[Json]:
    found = [group for section in by_part[Part.SKILLS] for group in listings.skills(section.lines)]
    for section in by_part[Part.LANGUAGES]:  # "Languages: Python, Go"
        if section.lines and not listings.languages(section.told):
            found += [{"name": section.heading.strip(" :"), **group} for group in listings.skills(section.lines)]
    return found[:WORDS_MAX]


def _left_over(found: Sequence[Section], by_part: ByPart, document: Json) -> Iterator[Json]:
    """Lines with a word that the document has nowhere, under their heading; dates it has in another form."""
    told = _in_words(_texts(document))
    columns = _in_words(listings.column_names())
    births = [birth for part in (Part.HEADING, Part.CONTACT) for birth in basics.births(_lines(by_part[part]))]
    if births:
        yield {"name": "birthDate", "lines": births}
    for section in found:
        known_here = told | _labels().get(section.part, frozenset())
        known_in = {"columns": known_here | columns}
        lines = [
            line.text
            for line in section.lines
            if line.text not in births
            and not is_duration(line.text)
            and not _in_words([cut_dates(line.text)[0]]) <= known_in.get(line.kind, known_here)
        ]
        if lines or section.part is Part.OTHER:
            yield ({"name": section.heading} if section.heading else {}) | {"lines": lines}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        inner = cast("Json", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for each in inner:
            yield from _texts(each)
