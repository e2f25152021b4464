"""Gathering: every branch at once, each with its own limit; a late or failing one is named and left out."""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
import structlog

from service.adapters.github import GitHub, GitHubNotInstalled, GitHubRateLimited, PersonEvidence
from service.crm.model import Job
from service.emails.model import Gathered, GenerateRequest, Missing
from service.kernel.clock import Clock
from service.kernel.concurrency import Branch, BranchEvent, Failed, Finished, Report, TimedOut, gather_settled
from service.kernel.database import Database
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import FieldError, InvalidRequest, Kind, ServiceError
from service.kernel.identifiers import UserId
from service.postings.model import JobContext
from service.postings.operations import PostingReader
from service.projects import operations as projects
from service.resumes import operations as resumes
from service.resumes.model import ResumeId

_log = structlog.get_logger(__name__)

# Kinds of errors whose detail is about the caller's own input, and so may be shown to them.
_TOLD = {Kind.INVALID, Kind.MISSING, Kind.MALFORMED, Kind.TOO_LARGE, Kind.UNSUPPORTED, Kind.UPSTREAM, Kind.RATE}
# Errors of ours whose detail is written for the caller.
_AWAY = (GitHubNotInstalled, GitHubRateLimited)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the branches read, and the clock they read by."""

    db: Database
    clock: Clock
    postings: PostingReader
    github: GitHub | None = None  # None: this process asks GitHub nothing
    # Reads the posting where the request names none: the page a caller holds itself, as the command line does.
    posting: Callable[[], Awaitable[JobContext]] | None = None


def refuse_unusable(request: GenerateRequest, sources: Sources) -> None:
    """What the caller can mend is refused before anything is reserved: a forbidden address, a document out of order.

    Pure. Raises `UnfetchableUrl`, `InvalidRequest`.
    """
    if request.job_url is not None:
        sources.postings.check(request.job_url)
    if request.resume is not None:
        try:
            resumes.check(request.resume)
        except InvalidRequest as error:
            errors = [FieldError(f"/resume{fault.pointer}", fault.detail) for fault in error.errors]
            raise InvalidRequest(error.detail, errors=errors) from error


async def gather(
    request: GenerateRequest,
    *,
    user: UserId,
    job: Job | None,
    sources: Sources,
    branch_timeout_seconds: float,
    report: Report,
) -> tuple[Gathered, dict[str, int]]:
    """What the branches brought, and each one's milliseconds; `job` is the one that the request names.

    Each takes at most `branch_timeout_seconds`, however little is left of the request: an impatient caller gets no
    poorer e-mail than a patient one, but the request's own deadline. Never raises for a branch; cancelling the caller
    cancels all of them.
    """
    limit = branch_timeout_seconds
    job_context = _job_context(request, user, job, sources, limit)
    resume = _resume(request, user, sources, limit)
    github = _github(request, sources, limit)
    wanted = {"job_context": job_context, "resume": resume, "github": github}
    for name in (name for name, branch in wanted.items() if branch is None):
        report(BranchEvent(name, "skipped"))
    branches = [branch for branch in wanted.values() if branch is not None]
    await gather_settled(*branches, report=report)
    missing = tuple(Missing(branch.name, reason) for branch in branches if (reason := _why_missing(branch)))
    return Gathered(_value(job_context), _value(resume), _value(github), missing), {
        branch.name: round(branch.seconds * 1000) for branch in branches
    }


def _job_context(
    request: GenerateRequest, user: UserId, job: Job | None, sources: Sources, limit: float
) -> Branch[JobContext] | None:
    if request.job_url is not None:
        call = partial(sources.postings.read_url, request.job_url, for_user=user, is_brief=True)
    elif request.job_text is not None:
        call = partial(sources.postings.read_text, request.job_text, for_user=user, is_brief=True)
    elif job is not None:
        call = partial(_context_of_job, job, user, sources)
    elif sources.posting is not None:
        call = sources.posting
    else:
        return None
    return Branch("job_context", call, timeout_seconds=limit)


def _resume(request: GenerateRequest, user: UserId, sources: Sources, limit: float) -> Branch[Mapping[str, Any]] | None:
    if request.resume_id is None and request.resume is None:
        return None
    return Branch("resume", partial(_resume_document, request, user, sources), timeout_seconds=limit)


def _github(request: GenerateRequest, sources: Sources, limit: float) -> Branch[PersonEvidence] | None:
    if request.github is None:
        return None
    return Branch("github", partial(_github_evidence, request.github, sources), timeout_seconds=limit)


async def _github_evidence(login: str, sources: Sources) -> PersonEvidence:
    if sources.github is None:
        raise GitHubNotInstalled("GitHub is not configured here.")
    return await projects.evidence(login, github=sources.github)


async def _context_of_job(job: Job, user: UserId, sources: Sources) -> JobContext:
    """The page that the job names; where there is none, or it cannot be read, what the CRM holds of the job."""
    if job.job_url is not None:
        with anyio.move_on_after(attempt_seconds(math.inf, remaining_seconds())):
            try:
                return await sources.postings.read_url(job.job_url, for_user=user, is_brief=True)
            except ServiceError as error:
                _log.info("job read from the CRM", job=job.id, reason=error.slug)
    return await sources.postings.read_noted(
        job.description or "", title=job.job_title, company=job.organization.name, url=job.job_url
    )


async def _resume_document(request: GenerateRequest, user: UserId, sources: Sources) -> Mapping[str, Any]:
    if request.resume_id is None:
        return request.resume or {}
    return await sources.db.read(resumes.find_document, user=user, resume=ResumeId(request.resume_id))


def _value(branch: Branch[Any] | None) -> Any:
    return branch.outcome.value if branch is not None and isinstance(branch.outcome, Finished) else None


def _why_missing(branch: Branch[Any]) -> str | None:
    """A reason for people, without anything of our insides; None where the branch came back."""
    match branch.outcome:
        case Finished():
            return None
        case TimedOut(after_seconds=seconds):
            return f"timed out after {round(seconds, 1):g} s"
        case Failed(error=ServiceError(kind=kind, detail=detail) as error) if kind in _TOLD or isinstance(error, _AWAY):
            return detail
        case Failed(error=TimeoutError()):
            return "timed out"
        case Failed(error=ServiceError(title=title)):
            return title.lower()
        case _:
            return "failed unexpectedly"
