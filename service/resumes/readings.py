"""From a checked JSON Resume to its citable statements, and to plain text. Pure."""

from collections.abc import Iterable, Iterator

from service.kernel.text import one_line
from service.resumes.model import Education, JsonResume, Project, Reading, Skill, Work

# Ten times what the longest résumés have; what is beyond is stored, and not cited.
READINGS_MAX = 1_000
TEXT_MAX_CHARS = 200_000


def readings_of(resume: JsonResume) -> tuple[Reading, ...]:
    """Every statement, in the order a reader meets them, each under the reference of its place in the document."""
    readings: list[Reading] = []
    for reading in _all(resume):
        if len(readings) == READINGS_MAX:
            break
        if reading.text:
            readings.append(reading)
    return tuple(readings)


def text_of(resume: JsonResume) -> str:
    """The résumé for people: who, then a section per heading, one statement a line."""
    basics = resume.basics
    lines = [] if basics is None else [line(basics.name), line(basics.label), _place(resume), line(basics.summary)]
    for title, readings in _sections(resume):
        shown = list(_shown(readings))
        if shown:
            lines += ["", title, *shown]
    return "\n".join(_without_gaps(lines))[:TEXT_MAX_CHARS].strip()


def _all(resume: JsonResume) -> Iterator[Reading]:
    if basics := resume.basics:
        yield Reading("basics/label", line(basics.label))
        yield Reading("basics/summary", line(basics.summary))
    for _, readings in _sections(resume):
        yield from readings


def _sections(resume: JsonResume) -> Iterator[tuple[str, Iterator[Reading]]]:
    yield "Work", _positions("work", resume.work or ())
    yield "Projects", _projects(resume.projects or ())
    yield "Skills", _skills(resume.skills or ())
    yield "Education", _education(resume.education or ())
    yield "Volunteering", _positions("volunteer", resume.volunteer or ())
    yield "Certificates", _certificates(resume)
    yield "Awards", _awards(resume)
    yield "Publications", _publications(resume)
    yield "Languages", _languages(resume)


def _positions(section: str, entries: Iterable[Work]) -> Iterator[Reading]:
    for index, work in enumerate(entries):
        at = f"{section}/{index}"
        what = _joined(" at ", work.position, work.organisation)
        # Whoever it was for, it is not what the entry above says; dates alone keep the two apart.
        yield Reading(at, _dated(what, work.startDate, work.endDate) or _span(work.startDate, work.endDate))
        yield Reading(f"{at}/summary", line(work.summary))
        yield Reading(f"{at}/description", line(work.description))
        yield from _highlights(at, work.highlights)


def _projects(entries: Iterable[Project]) -> Iterator[Reading]:
    for index, project in enumerate(entries):
        at = f"projects/{index}"
        what = _joined(": ", project.name, project.description)
        yield Reading(at, _dated(what, project.startDate, project.endDate), _words(project.keywords))
        yield from _highlights(at, project.highlights)


def _skills(entries: Iterable[Skill]) -> Iterator[Reading]:
    for index, skill in enumerate(entries):
        keywords = _words(skill.keywords)
        named = line(skill.name)
        text = _joined(": ", named, ", ".join(keywords))
        yield Reading(f"skills/{index}", text, keywords or ((named,) if named else ()))


def _education(entries: Iterable[Education]) -> Iterator[Reading]:
    for index, education in enumerate(entries):
        at = f"education/{index}"
        what = _joined(", ", education.studyType, education.area, education.institution)
        yield Reading(at, _dated(what, education.startDate, education.endDate))
        for number, course in enumerate(education.courses or ()):
            yield Reading(f"{at}/courses/{number}", line(course))


def _certificates(resume: JsonResume) -> Iterator[Reading]:
    for index, certificate in enumerate(resume.certificates or ()):
        what = _joined(", ", certificate.name, certificate.issuer)
        yield Reading(f"certificates/{index}", _dated(what, certificate.date))


def _awards(resume: JsonResume) -> Iterator[Reading]:
    for index, award in enumerate(resume.awards or ()):
        yield Reading(f"awards/{index}", _dated(_joined(", ", award.title, award.awarder), award.date))
        yield Reading(f"awards/{index}/summary", line(award.summary))


def _publications(resume: JsonResume) -> Iterator[Reading]:
    for index, publication in enumerate(resume.publications or ()):
        what = _joined(", ", publication.name, publication.publisher)
        yield Reading(f"publications/{index}", _dated(what, publication.releaseDate))
        yield Reading(f"publications/{index}/summary", line(publication.summary))


def _languages(resume: JsonResume) -> Iterator[Reading]:
    for index, language in enumerate(resume.languages or ()):
        fluency = line(language.fluency)
        yield Reading(f"languages/{index}", line(language.language) + (f" ({fluency})" if fluency else ""))


def _highlights(at: str, highlights: Iterable[str] | None) -> Iterator[Reading]:
    for number, highlight in enumerate(highlights or ()):
        yield Reading(f"{at}/highlights/{number}", line(highlight))


def _words(words: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(word for written in words or () if (word := line(written)))


def line(text: str | None) -> str:
    """A statement is one line."""
    return one_line(text or "")


def _joined(separator: str, *parts: str | None) -> str:
    return separator.join(said for part in parts if (said := line(part)))


def _dated(what: str, since: str | None, until: str | None = None) -> str:
    dates = _span(since, until)
    return f"{what} ({dates})" if what and dates else what


def _span(since: str | None, until: str | None) -> str:
    return _joined(" – ", since, until)


def _place(resume: JsonResume) -> str:
    location = resume.basics and resume.basics.location
    return _joined(", ", location.city, location.region, location.countryCode) if location else ""


def _shown(readings: Iterable[Reading]) -> Iterator[str]:
    """What stands below an entry is set off from it; what stands below none, from the entry above."""
    above = ""
    for reading in readings:
        if not reading.text:
            continue
        entry = "/".join(reading.reference.split("/", 2)[:2])
        is_below = reading.reference != entry
        if is_below and above not in ("", entry):
            yield ""
        yield f"- {reading.text}" if is_below else reading.text
        above = entry


def _without_gaps(lines: Iterable[str]) -> Iterator[str]:
    """Empty lines only between sections."""
    before = ""
    for shown in lines:
        if shown or before:
            yield shown
        before = shown
