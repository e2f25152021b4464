"""From a checked JSON Resume to its citable statements, and to plain text. Pure."""

from collections.abc import Iterable, Iterator
from itertools import islice

from service.kernel.text import one_line
from service.resumes.model import Education, JsonResume, Project, Skill, Statement, Work

# Ten times what the longest résumés have; what is beyond is stored and not cited.
STATEMENTS_MAX = 1_000
TEXT_MAX_CHARS = 200_000


def statements_of(resume: JsonResume) -> tuple[Statement, ...]:
    """Every statement, in the order a reader meets them, each under the reference of its place in the document."""
    return tuple(islice((statement for statement in _all(resume) if statement.text), STATEMENTS_MAX))


def text_of(resume: JsonResume) -> str:
    """The résumé for people: who, then a section per heading, one statement a line."""
    basics = resume.basics
    lines = (
        []
        if basics is None
        else [one_line_of(basics.name), one_line_of(basics.label), _place(resume), one_line_of(basics.summary)]
    )
    for title, statements in _sections(resume):
        shown = list(_shown(statements))
        if shown:
            lines += ["", title, *shown]
    return "\n".join(_without_gaps(lines))[:TEXT_MAX_CHARS].strip()


def _all(resume: JsonResume) -> Iterator[Statement]:
    if basics := resume.basics:
        yield Statement("basics/label", one_line_of(basics.label))
        yield Statement("basics/summary", one_line_of(basics.summary))
    for _, statements in _sections(resume):
        yield from statements


def _sections(resume: JsonResume) -> Iterator[tuple[str, Iterator[Statement]]]:
    yield "Work", _positions("work", resume.work or ())
    yield "Projects", _projects(resume.projects or ())
    yield "Skills", _skills(resume.skills or ())
    yield "Education", _education(resume.education or ())
    yield "Volunteering", _positions("volunteer", resume.volunteer or ())
    yield "Certificates", _certificates(resume)
    yield "Awards", _awards(resume)
    yield "Publications", _publications(resume)
    yield "Languages", _languages(resume)


def _positions(section: str, entries: Iterable[Work]) -> Iterator[Statement]:
    for index, work in enumerate(entries):
        at = f"{section}/{index}"
        what = _joined(" at ", work.position, work.organisation)
        # Whoever it was for, it is not what the entry above says; dates alone keep the two apart.
        yield Statement(at, _dated(what, work.startDate, work.endDate) or _span(work.startDate, work.endDate))
        for name, text in (("summary", one_line_of(work.summary)), ("description", one_line_of(work.description))):
            yield Statement(f"{at}/{name}", text, work.organisation, text)
        yield from _highlights(at, work.highlights, work.organisation)


def _projects(entries: Iterable[Project]) -> Iterator[Statement]:
    for index, project in enumerate(entries):
        at = f"projects/{index}"
        name, description = one_line_of(project.name), one_line_of(project.description)
        text = _dated(_joined(": ", name, description), project.startDate, project.endDate)
        yield Statement(at, text, name, description, _words(project.keywords))
        yield from _highlights(at, project.highlights, name)


def _skills(entries: Iterable[Skill]) -> Iterator[Statement]:
    for index, skill in enumerate(entries):
        keywords = _words(skill.keywords)
        name = one_line_of(skill.name)
        text = _joined(": ", name, ", ".join(keywords))
        yield Statement(f"skills/{index}", text, name, technologies=keywords or ((name,) if name else ()))


def _education(entries: Iterable[Education]) -> Iterator[Statement]:
    for index, education in enumerate(entries):
        at = f"education/{index}"
        what = _joined(", ", education.studyType, education.area, education.institution)
        yield Statement(at, _dated(what, education.startDate, education.endDate))
        for number, course in enumerate(education.courses or ()):
            yield Statement(f"{at}/courses/{number}", one_line_of(course))


def _certificates(resume: JsonResume) -> Iterator[Statement]:
    for index, certificate in enumerate(resume.certificates or ()):
        what = _joined(", ", certificate.name, certificate.issuer)
        yield Statement(f"certificates/{index}", _dated(what, certificate.date))


def _awards(resume: JsonResume) -> Iterator[Statement]:
    for index, award in enumerate(resume.awards or ()):
        yield Statement(f"awards/{index}", _dated(_joined(", ", award.title, award.awarder), award.date))
        yield Statement(f"awards/{index}/summary", one_line_of(award.summary))


def _publications(resume: JsonResume) -> Iterator[Statement]:
    for index, publication in enumerate(resume.publications or ()):
        what = _joined(", ", publication.name, publication.publisher)
        yield Statement(f"publications/{index}", _dated(what, publication.releaseDate))
        yield Statement(f"publications/{index}/summary", one_line_of(publication.summary))


def _languages(resume: JsonResume) -> Iterator[Statement]:
    for index, language in enumerate(resume.languages or ()):
        fluency = one_line_of(language.fluency)
        yield Statement(f"languages/{index}", one_line_of(language.language) + (f" ({fluency})" if fluency else ""))


def _highlights(at: str, highlights: Iterable[str] | None, about: str) -> Iterator[Statement]:
    for number, highlight in enumerate(highlights or ()):
        text = one_line_of(highlight)
        yield Statement(f"{at}/highlights/{number}", text, about, text)


def _words(words: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(word for written in words or () if (word := one_line_of(written)))


def one_line_of(text: str | None) -> str:
    """A statement is one line."""
    return one_line(text or "")


def _joined(separator: str, *parts: str | None) -> str:
    return separator.join(said for part in parts if (said := one_line_of(part)))


def _dated(what: str, since: str | None, until: str | None = None) -> str:
    dates = _span(since, until)
    return f"{what} ({dates})" if what and dates else what


def _span(since: str | None, until: str | None) -> str:
    return _joined(" – ", since, until)


def _place(resume: JsonResume) -> str:
    location = resume.basics and resume.basics.location
    return _joined(", ", location.city, location.region, location.countryCode) if location else ""


def _shown(statements: Iterable[Statement]) -> Iterator[str]:
    """What stands below an entry is set off from it; what stands below none, from the entry above."""
    above = ""
    for statement in statements:
        if not statement.text:
            continue
        entry = "/".join(statement.reference.split("/", 2)[:2])
        is_below = statement.reference != entry
        if is_below and above not in ("", entry):
            yield ""
        yield f"- {statement.text}" if is_below else statement.text
        above = entry


def _without_gaps(lines: Iterable[str]) -> Iterator[str]:
    """Empty lines only between sections."""
    before = ""
    for shown in lines:
        if shown or before:
            yield shown
        before = shown
