"""Jobs by company and title, on the wire."""

from typing import Annotated

import msgspec
from msgspec import Meta

from service.crm.jobs.schema import DetailsOfJob
from service.crm.matching.operations import FILTERED_MAX, Application, JobName
from service.crm.model import clean_fields
from service.crm.schema import Line
from service.kernel.errors import FieldError, InvalidRequest


class ChangeJobByCompany(DetailsOfJob, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`company` and `job_title` say which job is meant; everything else is changed, as far as it is given."""

    company: Line
    job_title: Line


class AppliedQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    company: Line
    job_title: Line


class AppliedAnswer(msgspec.Struct, frozen=True):
    """`job_id` is the job that is meant, applied to or not; `match` is 1 for the very name."""

    applied: bool
    job_id: int | None
    match: Annotated[float | None, Meta(description="How like the company's name is, up to 1.")]


class NamedJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    company: Line
    job_title: Line


class FilterJobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    jobs: Annotated[list[NamedJob], Meta(max_length=FILTERED_MAX)]


class FilteredJobs(msgspec.Struct, frozen=True):
    """Those not applied to, as they were given and in order."""

    jobs: list[NamedJob]


def applied_answer(found: Application) -> AppliedAnswer:
    return AppliedAnswer(found.applied, found.job, None if found.match is None else round(found.match, 2))


def name_of(query: AppliedQuery) -> JobName:
    """Raises InvalidRequest for a blank name."""
    clean_fields({"company": query.company, "job_title": query.job_title})
    return JobName(query.company, query.job_title)


def names_of(body: FilterJobs) -> list[JobName]:
    """As they were given. Raises InvalidRequest for a blank one."""
    for number, job in enumerate(body.jobs):
        for name, text in (("company", job.company), ("job_title", job.job_title)):
            if text.isspace():  # `clean_fields` would take too long for so many
                what = "must say something"
                raise InvalidRequest(
                    f"`jobs/{number}/{name}` {what}.", errors=[FieldError(f"/jobs/{number}/{name}", what)]
                )
    return [JobName(job.company, job.job_title) for job in body.jobs]


def filtered_jobs(names: list[JobName]) -> FilteredJobs:
    return FilteredJobs([NamedJob(*name) for name in names])
