"""The branch that reads the posting: a page, a text, or what the CRM holds of a job."""

import math
from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import structlog

from service.crm.jobs.model import Job
from service.emails.model import GenerateRequest
from service.emails.operations.services import EmailServices
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import ServiceError
from service.kernel.identifiers import UserId
from service.postings.model import JobContext

_log = structlog.get_logger(__name__)


def reading(
    request: GenerateRequest, *, user: UserId, job: Job | None, services: EmailServices
) -> Callable[[], Awaitable[JobContext]] | None:
    if request.job_url is not None:
        return partial(services.postings.read_url, request.job_url, for_user=user, is_brief=True)
    if request.job_text is not None:
        return partial(services.postings.read_text, request.job_text, for_user=user, is_brief=True)
    if job is not None:
        return partial(_read_job, job, user, services)
    return services.given_posting


async def _read_job(job: Job, user: UserId, services: EmailServices) -> JobContext:
    """The page that the job names; where there is none, or it cannot be read, what the CRM holds of the job."""
    if job.job_url is not None:
        with anyio.move_on_after(attempt_seconds(math.inf, remaining_seconds())):
            try:
                return await services.postings.read_url(job.job_url, for_user=user, is_brief=True)
            except ServiceError as error:
                _log.info("job read from the CRM", job=job.id, reason=error.slug)
    return await services.postings.read_noted(
        job.description or "", title=job.job_title, company=job.organization.name, url=job.job_url
    )
