"""Gathering: every branch at once, each with its own limit; a late or failing one is named and left out.

One file for each branch: what it reads, and None where the request asks for nothing of it.
"""

from typing import Any

from service.adapters.github import GitHubNotInstalled, GitHubRateLimited, PersonEvidence
from service.crm.jobs.model import Job
from service.emails.model import Gathered, GenerateRequest, Missing
from service.emails.operations.gathering import github, job_context, resume
from service.emails.operations.services import EmailServices
from service.kernel.concurrency import Branch, BranchEvent, Failed, Finished, Report, TimedOut, gather_settled
from service.kernel.errors import Kind, ServiceError
from service.kernel.identifiers import UserId

# Kinds of errors whose detail is about the caller's own input, and so may be shown to them.
_SHOWN = {Kind.INVALID, Kind.MISSING, Kind.MALFORMED, Kind.TOO_LARGE, Kind.UNSUPPORTED, Kind.UPSTREAM, Kind.RATE}
# Errors of ours whose detail is written for the caller.
_UNAVAILABLE = (GitHubNotInstalled, GitHubRateLimited)


def refuse_unusable(request: GenerateRequest, services: EmailServices) -> None:
    """What the caller can mend is refused before anything is reserved: a forbidden address, a document out of order.

    Pure. Raises `UnfetchableUrl`, `InvalidRequest`.
    """
    if request.job_url is not None:
        services.postings.check(request.job_url)
    resume.refuse_faulty(request)


async def gather(
    request: GenerateRequest, *, user: UserId, job: Job | None, services: EmailServices, report: Report
) -> tuple[Gathered, dict[str, int]]:
    """What the branches brought, and each one's milliseconds; `job` is the one that the request names.

    Each takes at most its limit, however little is left of the request: an impatient caller gets no poorer e-mail than
    a patient one, but the request's own deadline. Never raises for a branch; cancelling the caller cancels all of them.
    """
    calls = {
        "job_context": job_context.reading(request, user=user, job=job, services=services),
        "resume": resume.reading(request, user=user, services=services),
        "github": github.reading(request, services=services),
    }
    limit = services.terms.branch_timeout_seconds
    branches: dict[str, Branch[Any]] = {}
    for name, call in calls.items():
        if call is None:
            report(BranchEvent(name, "skipped"))
        else:
            branches[name] = Branch(name, call, timeout_seconds=limit)
    await gather_settled(*branches.values(), report=report)
    brought = {name: branch.outcome.value for name, branch in branches.items() if isinstance(branch.outcome, Finished)}
    reasons = {name: reason for name, branch in branches.items() if (reason := _why_missing(branch))}
    found: PersonEvidence | None = brought.get("github")
    if found is not None and found.missing:
        reasons["github"] = f"GitHub did not give all of it this time; missing: {', '.join(found.missing)}"
    missing = tuple(Missing(name, reason) for name, reason in reasons.items())
    return Gathered(**brought, missing=missing), {name: round(b.seconds * 1000) for name, b in branches.items()}


def _why_missing(branch: Branch[Any]) -> str | None:
    """A reason for people, without anything of our insides; None where the branch came back."""
    match branch.outcome:
        case Finished():
            return None
        case TimedOut(after_seconds=seconds):
            return f"timed out after {round(seconds, 1):g} s"
        case Failed(error=ServiceError(kind=kind, detail=detail) as error) if kind in _SHOWN or isinstance(
            error, _UNAVAILABLE
        ):
            return detail
        case Failed(error=TimeoutError()):
            return "timed out"
        case Failed(error=ServiceError(title=title)):
            return title.lower()
        case _:
            return "failed unexpectedly"
