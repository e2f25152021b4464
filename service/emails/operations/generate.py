"""The main job: reserve the price, gather what is known, write one short e-mail, check it, store and charge."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from math import inf

import anyio

from service.crm.jobs import operations as jobs
from service.crm.jobs.model import Job
from service.emails.brief import Draft, OnSentence, brief_of
from service.emails.gate import Verdict, judge
from service.emails.model import (
    Credits,
    Email,
    EmailId,
    GenerateRequest,
    Inputs,
    LeadOfTenant,
    Status,
    Timings,
    WritingFailed,
    refuse_faulty,
)
from service.emails.operations.gathering import gather, refuse_unusable
from service.emails.operations.services import EmailServices
from service.emails.operations.settlement import (
    Generation,
    Remember,
    forget,
    open_generation,
    settle,
    sums,
    why_refused,
)
from service.kernel.concurrency import Branch, Report, gather_all, ignore_event
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import DeadlineExceeded, NotFound
from service.kernel.identifiers import TenantId, UserId
from service.kernel.telemetry import doing
from service.resumes import operations as resumes
from service.resumes.model import ResumeId

# The contract's name for the writer's time, whoever writes.
WRITER = "llm"


async def generate(
    request: GenerateRequest,
    *,
    user: UserId,
    tenant: TenantId,
    services: EmailServices,
    report: Report = ignore_event,
    on_sentence: OnSentence | None = None,
    remember: Remember = forget,
) -> Email:
    """One e-mail, stored and charged; or nothing, with the coins back and one usage row without text.

    Runs within the caller's deadline, of which a reserve is kept for settling. Cancellation undoes everything before
    the commit; once it has committed the e-mail is returned, nothing being awaited after it. `report` hears the
    branches, `on_sentence` provisional sentences of the letter. Raises `InvalidRequest`, `UnfetchableUrl`, `NotFound`
    (no such job or résumé), `UserGone`, `CreditsExhausted`, `TooManyInFlight`, `WritingFailed`, `ModelUnavailable`,
    `DeadlineExceeded`, `CommitUnknown`.
    """
    refuse_faulty(request)
    refuse_unusable(request, services)
    job = await _find_named(request, user=user, tenant=tenant, services=services)
    lead = None if job is None else LeadOfTenant(tenant, job.id)
    async with open_generation(
        user=user, lead=lead, db=services.db, identifiers=services.identifiers, terms=services.terms
    ) as generation:
        with services.share(user):
            doing("gathering")
            gathered, branches = await gather(request, user=user, job=job, services=services, report=report)
            return await write_and_settle(
                generation,
                Inputs(request, gathered),
                branches,
                previous=None,
                services=services,
                report=report,
                on_sentence=on_sentence,
                remember=remember,
            )


async def _find_named(
    request: GenerateRequest, *, user: UserId, tenant: TenantId, services: EmailServices
) -> Job | None:
    """The job that the request names; the résumé it names is only looked for. Raises `NotFound`, `UserGone`."""
    try:
        if request.resume_id is not None:
            # Where that takes long, the branch that reads it has its own time, and is named as missing.
            with anyio.move_on_after(services.terms.branch_timeout_seconds):
                await services.db.read(resumes.require, user=user, resume=ResumeId(request.resume_id))
        if request.job_id is not None:
            return await services.db.read(jobs.find_job, tenant=tenant, job=request.job_id)
    except NotFound as error:
        raise await why_refused(error, user, services.db) from error
    return None


async def write_and_settle(
    generation: Generation,
    inputs: Inputs,
    branches: dict[str, int],
    *,
    previous: EmailId | None,
    services: EmailServices,
    report: Report,
    on_sentence: OnSentence | None,
    remember: Remember,
) -> Email:
    """From what was gathered to the stored e-mail; `branches` are the milliseconds spent so far."""
    gathered = inputs.gathered
    brief = brief_of(
        inputs.request,
        job_context=gathered.job_context,
        resume=gathered.resume,
        github=gathered.github,
        today=services.clock.now().date(),
    )
    called = partial(services.writer, brief, on_sentence=on_sentence, on_call=generation.calls.append)
    draft, writer_ms = await _written(called, report)
    verdict = judge(draft, brief)
    if verdict.refused:
        raise WritingFailed("No letter came out that may be sent: " + " ".join(r.detail for r in verdict.refused))
    timed = {**branches, WRITER: writer_ms}
    letter = _letter(generation, inputs, draft, verdict, previous=previous, branches=timed, now=services.clock.now())
    return await settle(
        generation, letter, inputs, db=services.db, identifiers=services.identifiers, report=report, remember=remember
    )


async def _written(call: Callable[[], Awaitable[Draft]], report: Report) -> tuple[Draft, int]:
    doing("writing")
    limit = attempt_seconds(inf, remaining_seconds())
    drafts: list[Draft] = []

    async def write() -> None:
        drafts.append(await call())

    branch = Branch(WRITER, write, timeout_seconds=limit)
    try:
        await gather_all(branch, report=report)
    except TimeoutError as error:
        raise DeadlineExceeded("The letter was not written within the request's time.") from error
    return drafts[0], round(branch.seconds * 1000)


def _letter(
    generation: Generation,
    inputs: Inputs,
    draft: Draft,
    verdict: Verdict,
    *,
    previous: EmailId | None,
    branches: dict[str, int],
    now: datetime,
) -> Email:
    context = inputs.gathered.job_context
    return Email(
        id=generation.email,
        user=generation.user,
        status=Status.DRAFT,
        subject=draft.subject,
        body=draft.body,
        language=draft.language,
        recruiter=inputs.request.recruiter,
        job_context=None if context is None else context.body(),
        evidence=draft.claims,
        missing=inputs.gathered.missing,
        warnings=(*draft.caveats, *verdict.caveats),
        usage=sums(draft.usage, generation.calls),
        credits=Credits(charged=generation.price, available=0),
        timings=Timings(round((anyio.current_time() - generation.began_at) * 1000), branches),
        previous_id=previous,
        lead_id=None,
        created_at=now,
        updated_at=now,
    )
