"""Jobs by company and title, over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.crm.jobs.model import DuplicateJob
from service.crm.jobs.operations import Canonical
from service.crm.jobs.schema import WrittenJob, changes_of, written_job
from service.crm.matching import operations as matching
from service.crm.matching.operations import AmbiguousCompany, JobName
from service.crm.matching.schema import (
    AppliedAnswer,
    AppliedQuery,
    ChangeJobByCompany,
    FilteredJobs,
    FilterJobs,
    applied_answer,
    filtered_jobs,
    name_of,
    names_of,
)
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint, JsonBody

TAG = "jobs"


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    clock: Clock
    canonical: Canonical

    async def change_job_by_company(self, call: Call[ChangeJobByCompany, None]) -> WrittenJob:
        """Change the job of this title at this company.

        The company's name may lack its legal form, be spaced otherwise, write an umlaut as two letters, or have a slip
        of the pen in it; the title must be the job's but for its case. A company of the very name is meant before all
        others; where several others could be, `candidates` names them.
        """
        changes = changes_of(call.body)
        name = JobName(changes.pop("company"), changes.pop("job_title"))
        changed = await self.db.run(
            matching.change_by_company,
            tenant=call.principal.tenant,
            name=name,
            changes=changes,
            canonical=self.canonical,
            now=self.clock.now(),
        )
        return written_job(changed)

    async def was_applied_to(self, call: Call[None, AppliedQuery]) -> AppliedAnswer:
        """Was this one applied to? The company's name is taken as for `PUT /api/jobs/by-company`.

        Applied, Interviewing, Offer, Accepted and Rejected mean that it was; Lead and Do Not Apply that it was not.
        """
        name = name_of(call.query)
        return applied_answer(await self.db.read(matching.find_application, tenant=call.principal.tenant, name=name))

    async def filter_jobs(self, call: Call[FilterJobs, None]) -> FilteredJobs:
        """Which of these were not applied to yet, as `GET /api/jobs/applied` would tell of each."""
        names = names_of(call.body)
        return filtered_jobs(await matching.not_applied_to(names, db=self.db, tenant=call.principal.tenant))


def routes(*, db: Database, clock: Clock, canonical: Canonical) -> Sequence[Endpoint]:
    on = _Handlers(db, clock, canonical)
    many = "/api/jobs"
    return (
        Endpoint(
            "PUT",
            f"{many}/by-company",
            on.change_job_by_company,
            answer=WrittenJob,
            body=JsonBody(ChangeJobByCompany),
            problems=(NotFound, AmbiguousCompany, DuplicateJob),
            tag=TAG,
        ),
        Endpoint("GET", f"{many}/applied", on.was_applied_to, answer=AppliedAnswer, query=AppliedQuery, tag=TAG),
        Endpoint("POST", f"{many}/filter", on.filter_jobs, answer=FilteredJobs, body=JsonBody(FilterJobs), tag=TAG),
    )
