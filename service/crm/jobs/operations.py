"""Adding, changing and deleting jobs. Each takes the transaction it belongs to.

Whoever adds a job holds its organization against those who rename or move one there, and the other way round, so that
"is there one of this title?" stays true until it is acted on.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.crm.company_names import company_key
from service.crm.jobs.model import (
    SAME_POSTING,
    DuplicateJob,
    Job,
    JobDetails,
    Resemblance,
    content_hash,
    status_changes,
    title_key,
)
from service.crm.jobs.store import jobs as store
from service.crm.model import JobId, OrganizationRef, Status, existing
from service.crm.organizations.store import put_organizations
from service.crm.store.tables import open_workspace
from service.kernel.database import Transaction
from service.kernel.errors import NotFound, Unavailable
from service.kernel.identifiers import TenantId

# The form of an address under which two that lead to the same posting are one; ValueError for what is no address.
Canonical = Callable[[str], str]

# A job that is in the way and gone when it is looked for was deleted meanwhile: a second try finds its place free.
TRIES_MAX = 3


@dataclass(frozen=True, slots=True)
class Written:
    """A job as it stands now, and others that seem to be the same posting."""

    job: Job
    warnings: tuple[Resemblance, ...]


async def create(
    tx: Transaction, *, tenant: TenantId, details: JobDetails, canonical: Canonical, now: datetime
) -> Written:
    """Add a job with its lead, and its organization where there is none of this name. Raises DuplicateJob."""
    for _ in range(TRIES_MAX):
        [made] = await add_missing(tx, tenant=tenant, jobs=[details], canonical=canonical, now=now)
        if made is not None:
            content, address = content_hash(details.description), _url_hash(details.job_url, canonical)
            return await _read_back(tx, tenant, made, content, address)
        [at] = (await _put_organizations(tx, tenant, [details.company], now)).values()
        await _refuse_duplicate(tx, tenant, at, title_key(details.job_title))
    raise Unavailable("Others are writing the same job; try again.")


async def add_missing(
    tx: Transaction, *, tenant: TenantId, jobs: Sequence[JobDetails], canonical: Canonical, now: datetime
) -> list[JobId | None]:
    """Add the jobs that are not there yet, in four statements however many they are: for each its number, or None where
    the organization has a job of this title, perhaps from the same call."""
    await open_workspace(tx, tenant)
    keys = {company: company_key(company) for company in dict.fromkeys(details.company for details in jobs)}
    organizations = await _put_organizations(tx, tenant, list(keys), now)
    rows = [_row(details, organizations[keys[details.company]], canonical, now) for details in jobs]
    return await store.insert_jobs(tx, tenant, rows, now=now)


async def change(
    tx: Transaction,
    *,
    tenant: TenantId,
    job: JobId,
    changes: Mapping[str, Any],
    canonical: Canonical,
    now: datetime,
) -> Written:
    """Set some of the fields of `JobDetails`; a status that is new is noted in the lead's history.

    Raises NotFound, and DuplicateJob where another job has the new company and title.
    """
    if "company" in changes:
        await open_workspace(tx, tenant)
    before = existing(await store.lock_job(tx, tenant, job), f"job {job}")
    content, address = before.content_hash, before.url_hash
    if "description" in changes:
        content = content_hash(changes["description"])
    if "job_url" in changes:
        address = _url_hash(changes["job_url"], canonical)
    values = {name: value for name, value in changes.items() if name in _PLAIN}
    values |= await _move(tx, tenant, before, changes, now)
    values |= status_changes(before.status, after := changes.get("status", before.status), before.applied_at, now)
    if values:
        hashes = {"content_hash": content, "url_hash": address}
        await store.update_job(tx, tenant, job, {**values, **hashes, "updated_at": now})
    if after is not before.status:
        await store.insert_status(tx, tenant, job, before=before.status, after=after, now=now)
    return await _read_back(tx, tenant, job, content, address)


async def find_job(tx: Transaction, *, tenant: TenantId, job: JobId) -> Job:
    """The tenant's job with this number. Raises NotFound, also for one that is another's."""
    return existing(await store.find_job(tx, tenant, job), f"job {job}")


async def delete(tx: Transaction, *, tenant: TenantId, job: JobId) -> None:
    """Delete the job, its lead and that one's history. Raises NotFound. E-mails and deals stay, without the lead."""
    if not await store.delete_job(tx, tenant, job):
        raise NotFound(f"There is no job {job}.")


_PLAIN = frozenset({"job_title", "job_url", "description", "salary_range", "notes", "source", "resume_date"})


async def _put_organizations(
    tx: Transaction, tenant: TenantId, companies: Sequence[str], now: datetime, *, is_for_moving: bool = False
) -> dict[str, OrganizationRef]:
    """By `company_key`; of several spellings the first names one that is new."""
    names: dict[str, str] = {}
    for company in companies:
        names.setdefault(company_key(company), company)
    return await put_organizations(tx, tenant, names, now=now, is_for_moving=is_for_moving)


async def _move(
    tx: Transaction, tenant: TenantId, before: store.Standing, changes: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """What follows from a new company or title. Raises DuplicateJob."""
    organization, key = before.organization, before.title_key
    if "company" in changes:
        found = await _put_organizations(tx, tenant, [changes["company"]], now, is_for_moving=True)
        [organization] = found.values()
    if "job_title" in changes:
        key = title_key(changes["job_title"])
    if (organization, key) == (before.organization, before.title_key):
        return {}
    if organization == before.organization:
        await store.lock_places_at(tx, tenant, organization.id)
    await _refuse_duplicate(tx, tenant, organization, key)
    return {"organization_id": organization.id, "company": organization.name, "title_key": key}


async def _refuse_duplicate(tx: Transaction, tenant: TenantId, at: OrganizationRef, key: str) -> None:
    other = await store.find_job_at(tx, tenant, at.id, key)
    if other is not None:
        raise DuplicateJob(f"There is a job of this title at {at.name}: {other}.", extras={"existing_id": other})


async def _read_back(
    tx: Transaction, tenant: TenantId, job: JobId, content: bytes | None, address: bytes | None
) -> Written:
    twins = await store.find_resembling(tx, tenant, job, content_hash=content, url_hash=address)
    return Written(await find_job(tx, tenant=tenant, job=job), tuple(map(_warning, twins)))


def _warning(twin: store.Resembling) -> Resemblance:
    what = "has the same description" if twin.has_the_words else "has the same address"
    return Resemblance(SAME_POSTING, f"Job {twin.id}, {twin.job_title} at {twin.company}, {what}.", twin.id)


def _row(details: JobDetails, organization: OrganizationRef, canonical: Canonical, now: datetime) -> store.NewJob:
    return store.NewJob(
        organization=organization,
        job_title=details.job_title,
        title_key=title_key(details.job_title),
        job_url=details.job_url,
        description=details.description,
        salary_range=details.salary_range,
        notes=details.notes,
        resume_date=details.resume_date,
        content_hash=content_hash(details.description),
        url_hash=_url_hash(details.job_url, canonical),
        source=details.source,
        status=details.status,
        applied_at=details.applied_at or (now if details.status is Status.APPLIED else None),
    )


def _url_hash(url: str | None, canonical: Canonical) -> bytes | None:
    if url is None:
        return None
    try:
        address = canonical(url)
    except ValueError:
        address = url
    path, query_begins, query = address.partition("?")
    address = path.removesuffix("/") + query_begins + query  # servers answer both, and people copy either
    return hashlib.blake2b(address.encode(), digest_size=16).digest()
