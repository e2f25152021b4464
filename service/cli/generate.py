"""`overture generate`"""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio
import msgspec
from cyclopts import Parameter
from rich.console import Console

from service.accounts import operations as accounts
from service.app import sources_of, terms_of, writer_of
from service.cli import DONE, INTERRUPTED, MISUSED, Refused
from service.cli.configuration import configured
from service.cli.letter import print_letter
from service.cli.progress import Progress, watched
from service.cli.recruiter import read_recruiter
from service.credits import operations as credits
from service.credits.model import Balance
from service.emails.model import MAX_WORDS_DEFAULT, Email, GenerateRequest, Tone
from service.emails.operations.desk import Desk
from service.emails.operations.gather import Sources
from service.emails.operations.generate import generate as write_email
from service.emails.schema import email_answer
from service.kernel.database import acting_for
from service.kernel.errors import DeadlineExceeded
from service.kernel.identifiers import TenantId, UserId
from service.kernel.supervision import Root
from service.kernel.telemetry import TaskTree
from service.postings.operations import read_html
from service.resources import Resources, open_resources
from service.resumes import operations as resumes
from service.settings import Settings

# What a fetched page may have (see adapters/page_fetcher); a file is no different.
POSTING_MAX_BYTES = 5_000_000
RESUME_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Posting:
    """What `--job` named: an address, a page, or plain text."""

    kind: Literal["url", "html", "text"]
    content: str | bytes


@dataclass(frozen=True, slots=True)
class Done:
    email: Email
    before: Balance
    after: Balance


def generate(
    *,
    recruiter: str,
    job: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    resume: Path | None = None,
    github: str | None = None,
    tone: Tone = Tone.PROFESSIONAL,
    language: str = "en",
    max_words: int = MAX_WORDS_DEFAULT,
    instructions: str = "",
    user: str = "local",
    json: bool = False,
    backend: Literal["asyncio", "trio"] | None = None,
) -> int:
    """Write one e-mail from a posting and a résumé; it is stored and charged as over HTTP.

    Parameters
    ----------
    recruiter
        Whom to write to: "Name, Title at Company <address>".
    job
        The posting: an http(s) URL, a file (a page or text), or - for standard input.
    resume
        A JSON Resume file.
    github
        The candidate's login on GitHub, whose public work may be cited.
    tone
        How it should sound.
    language
        The language of the e-mail.
    max_words
        The longest it may be, from 40 to 400.
    instructions
        What else to mind.
    user
        The local user it is written and charged for; stored with the welcome coins the first time.
    json
        Print the e-mail as the API answers it, and nothing else.
    backend
        The event loop; beats OVERTURE_BACKEND.
    """
    settings = configured(is_quiet=True, backend=backend)
    posting = None if job is None else read_posting(job)
    request = GenerateRequest(
        recruiter=read_recruiter(recruiter),
        job_url=_text_of(posting, "url"),
        job_text=_text_of(posting, "text"),
        resume=None if resume is None else read_resume(resume),
        github=github,
        tone=tone,
        language=language,
        max_words=max_words,
        instructions=instructions,
    )
    progress = Progress(Console(stderr=True))
    done = anyio.run(_generate, settings, request, posting, UserId(user), progress, backend=settings.backend)
    if done is None:
        raise Refused("interrupted; nothing was kept.", exit_code=INTERRUPTED)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(email_answer(done.email)) + b"\n")
    else:
        print_letter(Console(), progress.tree(), done.email, before=done.before, after=done.after)
    return DONE


async def _generate(
    settings: Settings, request: GenerateRequest, posting: Posting | None, user: UserId, progress: Progress
) -> Done | None:
    """None after an interruption, which undoes everything."""
    tasks = TaskTree()
    root = Root(drain_seconds=0, tree=tasks)
    done: list[Done] = []

    async def process() -> None:
        async with open_resources(settings, root=root, tasks=tasks) as resources:
            sources = _with_page(sources_of(resources), posting)
            await root.serve(partial(_as_server, root, work=partial(write, resources, sources)), [])

    async def write(resources: Resources, sources: Sources) -> None:
        done.append(await _written(resources, sources, request, user, progress))

    await root.run(process)
    return done[0] if done else None


async def _as_server(
    root: Root, _drained: Callable[[], Awaitable[None]], *, work: Callable[[], Awaitable[Any]]
) -> None:
    """One request of our own: an interruption cancels it and gives it the time to undo what it began."""
    with anyio.CancelScope() as scope, root.in_flight.entered(scope):
        await work()


async def _written(
    resources: Resources, sources: Sources, request: GenerateRequest, user: UserId, progress: Progress
) -> Done:
    db, settings = resources.db, resources.settings
    desk = Desk(
        sources=sources,
        identifiers=resources.identifiers,
        terms=terms_of(settings),
        share=resources.shares.taken,
        writer=writer_of(resources),
    )
    with acting_for(user, TenantId(f"user:{user}")):
        await db.run(
            accounts.store,
            user=user,
            email=f"{user}@localhost",
            display_name=None,
            welcome_coins=settings.welcome_coins,
        )
        before = await db.read(credits.balance, user=user)
        email: Email | None = None
        with anyio.move_on_after(settings.request_timeout_seconds):
            work = partial(
                write_email,
                request,
                user=user,
                desk=desk,
                report=progress.note,
            )
            email = await watched(progress, work)
        if email is None:
            raise DeadlineExceeded(f"It was not done within {settings.request_timeout_seconds:g} s; nothing was kept.")
        return Done(email, before, await db.read(credits.balance, user=user))


def _with_page(sources: Sources, posting: Posting | None) -> Sources:
    if posting is None or posting.kind != "html":
        return sources
    return replace(sources, posting=partial(read_html, posting.content, parser=sources.parser, now=sources.clock.now()))


def _text_of(posting: Posting | None, kind: str) -> str | None:
    return str(posting.content) if posting is not None and posting.kind == kind else None


def read_posting(job: str) -> Posting:
    """What `--job` names. Raises `Refused` where it cannot be read."""
    if job.lower().startswith(("http://", "https://")):
        return Posting("url", job)
    content = _read(sys.stdin.buffer.fileno() if job == "-" else Path(job), "--job", POSTING_MAX_BYTES)
    if not content.strip():
        raise Refused(f"--job: {job} is empty.", exit_code=MISUSED)
    if looks_like_html(content):
        return Posting("html", content)
    return Posting("text", content.decode("utf-8-sig", errors="replace").replace("\0", ""))


def looks_like_html(content: bytes) -> bool:
    """Whether it begins as a page does, after a byte order mark, white space and comments' openings."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def read_resume(file: Path) -> dict[str, Any]:
    """A JSON Resume document, checked. Raises `Refused`, or `InvalidRequest` naming the places."""
    try:
        document = msgspec.json.decode(_read(file, "--resume", RESUME_MAX_BYTES), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Refused(f"--resume: {file} is not a JSON Resume document: {error}.", exit_code=MISUSED) from error
    resumes.check(document)
    return document


def _read(source: Path | int, flag: str, limit_bytes: int) -> bytes:
    try:
        with open(source, "rb", closefd=not isinstance(source, int)) as stream:
            content = stream.read(limit_bytes + 1)
    except OSError as error:
        raise Refused(f"{flag}: {source} cannot be read: {error.strerror}.", exit_code=MISUSED) from error
    if len(content) > limit_bytes:
        raise Refused(f"{flag}: {source} has more than {limit_bytes} bytes.", exit_code=MISUSED)
    return content
