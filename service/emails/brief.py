"""What a writer is told, and what it hands back. The offline composer reads the same brief as a language model. Pure.

Everything a letter may state is a `Statement` with the place it stands in; `grounds` holds every text that was
gathered, by source and reference, so that the gate can look up what a claim cites.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Protocol, cast

from service.adapters.github import PersonEvidence
from service.adapters.language_model import OnCall
from service.emails.language import language_of
from service.emails.model import Caveat, Evidence, GenerateRequest, Recruiter, Source, Tone, WriterUsage
from service.emails.tenure import years_covered
from service.kernel.text import one_line
from service.postings.model import JobContext
from service.projects.model import statements as github_statements
from service.resumes.model import Basics, JsonResume, sections_of
from service.resumes.model import Statement as Recorded
from service.resumes.operations import statements_of

# Beyond these a résumé is a catalogue: the letter cites three lines of it, and matching is their product.
STATEMENTS_MAX = 100
SKILLS_MAX = 200
POSITIONS_MAX = 50
# A letter names four; a posting that lists more than this names them by the way.
TECHNOLOGIES_MAX = 30
# One line of a résumé that is looked at for matching; what is longer is not quoted anyway.
STATEMENT_MAX_CHARS = 600
# Leaves of a résumé kept as ground: 1 MB of JSON holds more only when it is made to.
LEAVES_MAX = 5_000

# Of a place that holds others, so much is looked at when a claim cites it as a whole.
GROUND_MAX_CHARS = 10_000

# The place of a posting's whole text among its fields.
POSTING_TEXT = "text"

# The languages the composer writes in; the first where the letter's language is none of them.
LANGUAGES = ("en", "de", "es", "fr")

Reference = tuple[Source, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """One line somebody recorded. `about` is the employer or the project it belongs to."""

    source: Source
    reference: str
    text: str
    about: str = ""
    is_project: bool = False
    is_summary: bool = False
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    reference: str
    title: str
    organisation: str
    since_year: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    label: str
    positions: tuple[Position, ...]
    statements: tuple[Statement, ...]
    skills: tuple[Statement, ...]
    years: int = 0  # of work, as the dates cover them


@dataclass(frozen=True, slots=True)
class Vacancy:
    title: str
    company: str
    is_open: bool | None
    requirements: tuple[Statement, ...]
    responsibilities: tuple[Statement, ...]
    technologies: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    recruiter: Recruiter
    vacancy: Vacancy | None
    candidate: Candidate | None
    tone: Tone
    language: str
    max_words: int
    instructions: str
    is_language_guessed: bool = False
    grounds: Mapping[Source, Mapping[str, str]] = field(default_factory=dict[Source, Mapping[str, str]])

    @property
    def employer(self) -> str:
        """Whom the letter is about: the company of the posting, else the recruiter's; empty where neither is known."""
        return (self.vacancy.company if self.vacancy else "") or one_line(self.recruiter.company)

    def ground(self, source: Source, reference: str) -> str:
        """All text at `reference` and below it: `work/0` is the whole position. Empty where there is no such place."""
        leaves = self.grounds.get(source, {})
        if reference in leaves:
            return leaves[reference]
        below = (text for path, text in leaves.items() if path.startswith(reference + "/"))
        return "\n".join(below)[:GROUND_MAX_CHARS]

    def texts(self) -> Iterator[str]:
        """Everything that may ground a contact or a figure, the caller's own words included; a posting's whole text,
        which may be long, comes last."""
        yield from (self.recruiter.name, self.recruiter.email, self.recruiter.title, self.recruiter.company)
        yield self.instructions
        for leaves in self.grounds.values():
            yield from (text for path, text in leaves.items() if path != POSTING_TEXT)
        if text := self.grounds.get(Source.JOB, {}).get(POSTING_TEXT):
            yield text


@dataclass(frozen=True, slots=True)
class Draft:
    """A writer's answer: the letter, and for each sentence that states a fact the places it rests on."""

    subject: str
    body: str
    language: str
    claims: tuple[Evidence, ...]
    usage: WriterUsage
    caveats: tuple[Caveat, ...] = ()


# A sentence of the body as it will probably read, with the white space before it; the finished letter replaces it.
OnSentence = Callable[[str], None]


class Writer(Protocol):
    async def __call__(self, brief: Brief, /, *, on_sentence: OnSentence | None, on_call: OnCall) -> Draft:
        """A letter; keeps nothing.

        `on_sentence` hears sentences that are shown before the letter is finished, and is None where the caller waits
        for that; until it has heard one, another answer may take the place of a failed one. `on_call` hears every call
        of a model that was made for it, also those that failed or were cancelled. Raises `WritingFailed` or
        `ModelUnavailable` where no letter can be had. Cancellation ends the call.
        """
        ...


def brief_of(
    request: GenerateRequest,
    *,
    job_context: JobContext | None,
    resume: Mapping[str, Any] | None,
    github: PersonEvidence | None = None,
    today: date,
) -> Brief:
    """The brief from what was gathered; `resume` is a JSON Resume document, whole and in order."""
    sections = sections_of(resume or {})
    grounds: dict[Source, Mapping[str, str]] = {}
    if job_context is not None:
        grounds[Source.JOB] = _leaves_of_posting(job_context)
    if resume is not None:
        grounds[Source.RESUME] = dict(_leaves(resume))
    if github is not None:
        grounds[Source.GITHUB] = {statement.reference: statement.text for statement in github_statements(github)}
    of_posting = language_of(job_context.text) if job_context is not None else ""
    is_told = request.language is not None or of_posting in LANGUAGES
    return Brief(
        recruiter=request.recruiter,
        vacancy=None if job_context is None else _vacancy(job_context),
        candidate=None if resume is None and github is None else _candidate(sections, github, today),
        tone=request.tone,
        language=request.language or (of_posting if is_told else LANGUAGES[0]),
        is_language_guessed=not is_told,
        max_words=request.max_words,
        instructions=request.instructions,
        grounds=grounds,
    )


def _vacancy(context: JobContext) -> Vacancy:
    return Vacancy(
        title=one_line(context.title or ""),
        company=one_line(context.company or ""),
        is_open=context.is_open,
        requirements=_listed(context.requirements, "requirements"),
        responsibilities=_listed(context.responsibilities, "responsibilities"),
        technologies=_listed(context.technologies[:TECHNOLOGIES_MAX], "technologies"),
    )


def _listed(texts: Sequence[str], name: str) -> tuple[Statement, ...]:
    return tuple(Statement(Source.JOB, f"{name}/{index}", one_line(text)) for index, text in enumerate(texts))


def _leaves_of_posting(context: JobContext) -> dict[str, str]:
    singles = {
        name: getattr(context, name) for name in ("url", "title", "company", "location", "employment_type", "text")
    }
    leaves = {name: text for name, text in singles.items() if text}
    if context.is_open is not None:
        leaves["is_open"] = "true" if context.is_open else "false"
    if context.salary is not None and context.salary.text:
        leaves["salary"] = context.salary.text
    for name in ("requirements", "responsibilities", "technologies"):
        leaves |= {f"{name}/{index}": text for index, text in enumerate(getattr(context, name))}
    return leaves


def _candidate(resume: JsonResume, github: PersonEvidence | None, today: date) -> Candidate:
    basics = resume.basics or Basics()
    recorded = statements_of(resume)
    positions = tuple(islice(_positions(resume), POSITIONS_MAX))
    current = {position.reference for position in positions if position.is_current}
    stated = [statement for entry in recorded if (statement := _statement(entry, current)) is not None]
    stated.sort(key=lambda statement: statement.is_summary)
    return Candidate(
        name=_line(basics.name) or (_line(github.name) if github else ""),
        label=_line(basics.label),
        positions=positions,
        statements=(*stated[:STATEMENTS_MAX], *(_repositories(github) if github else ())),
        skills=tuple(islice(_skills(recorded), SKILLS_MAX)),
        years=years_covered(resume.work or (), today=today),
    )


def _positions(resume: JsonResume) -> Iterator[Position]:
    for index, work in enumerate(resume.work or ()):
        title, organisation = _line(work.position), work.organisation
        if title and organisation:
            since = _line(work.startDate)[:4]
            is_current = bool(since) and not _line(work.endDate)  # what has no dates at all may be long over
            yield Position(f"work/{index}", title, organisation, since if since.isdigit() else "", is_current)


def _statement(recorded: Recorded, current: Container[str]) -> Statement | None:
    """What the candidate wrote of work, projects and voluntary work; names and dates alone are nothing to quote."""
    section, _, below = recorded.reference.partition("/")
    text = recorded.prose[:STATEMENT_MAX_CHARS].strip()
    if not text or section not in {"work", "projects", "volunteer"}:
        return None
    return Statement(
        Source.RESUME,
        recorded.reference,
        text,
        recorded.about,
        is_project=section == "projects",
        is_summary="/highlights/" not in below,
        is_current=f"{section}/{below.partition('/')[0]}" in current,
    )


def _repositories(github: PersonEvidence) -> Iterator[Statement]:
    for number, repository in enumerate(github.repositories):
        if text := _line(repository.description):
            name = _line(repository.full_name.rpartition("/")[2])
            yield Statement(Source.GITHUB, f"repositories/{number}", text, name, is_project=True)


def _skills(recorded: Iterable[Recorded]) -> Iterator[Statement]:
    """A group and each of its keywords: the place is the group's."""
    for group in recorded:
        if group.reference.startswith("skills/"):
            for text in dict.fromkeys((group.about, *group.technologies)):
                if text:
                    yield Statement(Source.RESUME, group.reference, text)


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with its path, at most `LEAVES_MAX`, depth first without recursion."""
    stack: list[tuple[str, object]] = [(path, value)]
    count = 0
    while stack and count < LEAVES_MAX:
        where, item = stack.pop()
        if isinstance(item, str):
            count += 1
            yield where, item
        elif isinstance(item, Mapping):
            below = cast("Mapping[object, object]", item)
            stack += [(f"{where}/{key}".lstrip("/"), inner) for key, inner in reversed(list(below.items()))]
        elif isinstance(item, list | tuple):
            entries = list(enumerate(cast("Sequence[object]", item)))
            stack += [(f"{where}/{index}", inner) for index, inner in reversed(entries)]


def _line(text: str | None) -> str:
    return one_line((text or "")[:STATEMENT_MAX_CHARS])
