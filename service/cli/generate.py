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
from service.cli import DONE, INTERRUPTED, Refused, command_settings
from service.cli.inputs import Posting, read_posting, read_recruiter, read_resume
from service.cli.printing import Progress, print_letter, run_with_progress
from service.composition import build_services
from service.credits.model import Balance
from service.credits.store import find_balance
from service.emails.model import MAX_WORDS_DEFAULT, Email, GenerateRequest, Tone
from service.emails.operations.generate import generate as write_email
from service.emails.operations.services import EmailServices
from service.emails.schema import email_answer
from service.kernel.database import acting_for
from service.kernel.errors import DeadlineExceeded
from service.kernel.identifiers import UserId, personal_tenant
from service.kernel.supervision import Root
from service.kernel.telemetry import TaskTree
from service.resources import Resources, open_resources
from service.settings import Settings


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be written, and from what.

    Parameters
    ----------
    recruiter
        Whom to write to: "Name, Title at Company <address>".
    job
        The posting: an http(s) URL, a file (a page or text), or - for standard input.
    resume
        A résumé: JSON Resume, PDF, DOCX, Markdown or plain text.
    github
        The candidate's login on GitHub or their profile's address; their public work may be cited.
    tone
        How it should sound.
    language
        The language of the e-mail; by default the posting's.
    max_words
        The longest it may be, from 40 to 400.
    instructions
        What else to mind.
    """

    recruiter: str
    job: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None
    resume: Path | None = None
    github: str | None = None
    tone: Tone = Tone.PROFESSIONAL
    language: str | None = None
    max_words: int = MAX_WORDS_DEFAULT
    instructions: str = ""

    def request(self, posting: Posting | None, *, backend: str) -> GenerateRequest:
        """As the API would be asked; the files are read. Raises `Refused`, and what reading a résumé raises."""
        return GenerateRequest(
            recruiter=read_recruiter(self.recruiter),
            job_url=posting.text_of("url") if posting else None,
            job_text=posting.text_of("text") if posting else None,
            resume=None if self.resume is None else read_resume(self.resume, backend=backend),
            github=self.github,
            tone=self.tone,
            language=self.language,
            max_words=self.max_words,
            instructions=self.instructions,
        )


@dataclass(frozen=True, slots=True)
class Done:
    email: Email
    before: Balance
    after: Balance


def generate(
    wishes: Wishes, *, user: str = "local", json: bool = False, backend: Literal["asyncio", "trio"] | None = None
) -> int:
    """Write one e-mail from a posting and a résumé; it is stored and charged as over HTTP.

    Parameters
    ----------
    user
        The local user it is written and charged for; stored with the welcome coins the first time.
    json
        Print the e-mail as the API answers it, and nothing else.
    backend
        The event loop; beats OVERTURE_BACKEND.
    """
    settings = command_settings(is_quiet=True, backend=backend)
    posting = None if wishes.job is None else read_posting(wishes.job)
    request = wishes.request(posting, backend=settings.backend)
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
            services = _with_page(build_services(resources).emails, posting, user)
            await root.serve(partial(_as_server, root, work=partial(write, resources, services)), [])

    async def write(resources: Resources, services: EmailServices) -> None:
        done.append(await _write(resources, services, request, user, progress))

    await root.run(process)
    return done[0] if done else None


async def _as_server(
    root: Root, _drained: Callable[[], Awaitable[None]], *, work: Callable[[], Awaitable[Any]]
) -> None:
    """One request of our own: an interruption cancels it and gives it the time to undo what it began."""
    with anyio.CancelScope() as scope, root.in_flight.enter(scope):
        await work()


async def _write(
    resources: Resources, services: EmailServices, request: GenerateRequest, user: UserId, progress: Progress
) -> Done:
    db, settings = resources.db, resources.settings
    tenant = personal_tenant(user)
    with acting_for(user, tenant):
        await db.run(
            accounts.store,
            user=user,
            email=f"{user}@localhost",
            display_name=None,
            welcome_coins=settings.welcome_coins,
        )
        before = await db.read(find_balance, user=user)
        email: Email | None = None
        with anyio.move_on_after(settings.request_timeout_seconds):
            work = partial(
                write_email,
                request,
                user=user,
                tenant=tenant,
                services=services,
                report=progress.note,
            )
            email = await run_with_progress(progress, work)
        if email is None:
            raise DeadlineExceeded(f"It was not done within {settings.request_timeout_seconds:g} s; nothing was kept.")
        return Done(email, before, await db.read(find_balance, user=user))


def _with_page(services: EmailServices, posting: Posting | None, user: UserId) -> EmailServices:
    """The services, reading the page that `--job` named instead of fetching one."""
    if posting is None or posting.kind != "html":
        return services
    read = partial(services.postings.read_html, posting.content, for_user=user, is_brief=True)
    return replace(services, given_posting=read)
