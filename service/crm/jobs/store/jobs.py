"""Statements about one job, about many at once, and about others that seem to be the same posting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    LargeBinary,
    SmallInteger,
    Text,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.crm.jobs.model import Job
from service.crm.jobs.store.rows import NO_DATE, deal_of, job_of, of_a_job
from service.crm.model import HistoryKind, JobId, OrganizationId, OrganizationRef, Status, status_numbered
from service.crm.store.tables import jobs, lead_events, organizations
from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId

# More twins than that say nothing more.
RESEMBLING_MAX = 5

_tenant = bindparam("tenant", type_=Text)
_is_this = (jobs.c.tenant_id == _tenant, jobs.c.id == bindparam("job", type_=BigInteger))


@dataclass(frozen=True, slots=True)
class NewJob:
    """A row to be: `title_key` and the hashes follow from what it says."""

    organization: OrganizationRef
    job_title: str
    title_key: str
    job_url: str | None
    description: str | None
    salary_range: str | None
    notes: str | None
    resume_date: datetime | None
    content_hash: bytes | None
    url_hash: bytes | None
    source: str | None
    status: Status
    applied_at: datetime | None

    @property
    def place(self) -> tuple[OrganizationId, str]:
        """What no two jobs share."""
        return self.organization.id, self.title_key


class Standing(NamedTuple):
    """Of a job that is about to change: what the change is compared with."""

    organization: OrganizationRef
    title_key: str
    status: Status
    applied_at: datetime | None
    content_hash: bytes | None
    url_hash: bytes | None


class Resembling(NamedTuple):
    """Another job that seems to be the same posting; by its words, else by its address."""

    id: JobId
    company: str
    job_title: str
    has_the_words: bool | None


_COLUMNS: Mapping[str, Any] = {
    "organization_id": BigInteger,
    "company": Text,
    "job_title": Text,
    "title_key": Text,
    "job_url": Text,
    "description": Text,
    "salary_range": Text,
    "notes": Text,
    "resume_date": DateTime(timezone=True),
    "content_hash": LargeBinary,
    "url_hash": LargeBinary,
    "source": Text,
    "status_id": SmallInteger,
    "applied_at": DateTime(timezone=True),
}
_now = bindparam("now", type_=DateTime(timezone=True))
_given = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _COLUMNS.items()))
    .table_valued(*_COLUMNS, name="given")
    .render_derived()
)
_made = (
    insert(jobs)
    .from_select(["tenant_id", *_COLUMNS, "created_at", "updated_at"], select(_tenant, *_given.c, _now, _now))
    .on_conflict_do_nothing(index_elements=["organization_id", "title_key"])
    .returning(jobs.c.id, jobs.c.organization_id, jobs.c.title_key, jobs.c.status_id)
    .cte("made")
)
_noted = (
    insert(lead_events)
    .from_select(
        ["tenant_id", "lead_id", "kind", "status_id", "happened_at"],
        select(_tenant, _made.c.id, literal(HistoryKind.STATUS.value, Text), _made.c.status_id, _now).order_by(
            _made.c.id
        ),
    )
    .cte("noted")
)
_INSERT = select(_made.c.id, _made.c.organization_id, _made.c.title_key).add_cte(_noted)

_INSERT_STATUS = insert(lead_events).values(
    tenant_id=_tenant,
    lead_id=bindparam("lead", type_=BigInteger),
    kind=HistoryKind.STATUS.value,
    from_status_id=bindparam("from_status", type_=SmallInteger),
    status_id=bindparam("to_status", type_=SmallInteger),
    happened_at=_now,
)

_deal, _of_the_deal = deal_of(jobs)
_FIND = select(*of_a_job(jobs), *_of_the_deal).select_from(jobs.outerjoin(_deal, true())).where(*_is_this)
_FIND_PLACE = select(jobs.c.id).where(
    jobs.c.tenant_id == _tenant,
    jobs.c.organization_id == bindparam("organization", type_=BigInteger),
    jobs.c.title_key == bindparam("title_key", type_=Text),
)
_LOCK = (
    select(
        jobs.c.organization_id,
        jobs.c.company,
        jobs.c.title_key,
        jobs.c.status_id,
        jobs.c.applied_at,
        jobs.c.content_hash,
        jobs.c.url_hash,
    )
    .where(*_is_this)
    .with_for_update()
)
_LOCK_ORGANIZATION = (
    select(organizations.c.id)
    .where(organizations.c.tenant_id == _tenant, organizations.c.id == bindparam("organization", type_=BigInteger))
    .with_for_update()
)
_DELETE = delete(jobs).where(*_is_this)
_RECENT_RESUME_DATE = (
    select(jobs.c.resume_date)
    .where(jobs.c.tenant_id == _tenant)
    .order_by(func.coalesce(jobs.c.resume_date, NO_DATE).desc(), jobs.c.id.desc())
    .limit(1)
)
_FIND_RESEMBLING = (
    select(jobs.c.id, jobs.c.company, jobs.c.job_title, jobs.c.content_hash == bindparam("content", type_=LargeBinary))
    .where(
        jobs.c.tenant_id == _tenant,
        jobs.c.id != bindparam("job", type_=BigInteger),
        or_(
            jobs.c.content_hash == bindparam("content", type_=LargeBinary),
            jobs.c.url_hash == bindparam("address", type_=LargeBinary),
        ),
    )
    .order_by(jobs.c.id)
    .limit(RESEMBLING_MAX)
)


async def insert_jobs(
    tx: Transaction, tenant: TenantId, rows: Sequence[NewJob], *, now: datetime
) -> list[JobId | None]:
    """Write those whose organization has no job of this title yet, each with the beginning of its history; one for
    each row its number, or None where there was one already (perhaps in a row before). A single statement."""
    columns = zip(*(_values(row) for row in rows), strict=True) if rows else [()] * len(_COLUMNS)
    given = {name: list(column) for name, column in zip(_COLUMNS, columns, strict=True)}
    made: dict[tuple[OrganizationId, str], JobId] = {}
    for row in await tx.rows(_INSERT, {"tenant": tenant, "now": now, **given}):
        made[row.organization_id, row.title_key] = row.id
    return [made.pop(row.place, None) for row in rows]


async def find_job(tx: Transaction, tenant: TenantId, job: JobId) -> Job | None:
    row = await tx.row(_FIND, {"tenant": tenant, "job": job})
    return None if row is None else job_of(row)


async def find_job_at(tx: Transaction, tenant: TenantId, organization: OrganizationId, title_key: str) -> JobId | None:
    """The one of this title at this organization."""
    return await tx.scalar(_FIND_PLACE, {"tenant": tenant, "organization": organization, "title_key": title_key})


async def find_resembling(
    tx: Transaction, tenant: TenantId, job: JobId, *, content_hash: bytes | None, url_hash: bytes | None
) -> list[Resembling]:
    """Other jobs with the same words or at the same address, the oldest first."""
    if content_hash is None and url_hash is None:
        return []
    given = {"tenant": tenant, "job": job, "content": content_hash, "address": url_hash}
    return [Resembling(JobId(number), *rest) for number, *rest in await tx.rows(_FIND_RESEMBLING, given)]


async def find_recent_resume_date(tx: Transaction, tenant: TenantId) -> datetime | None:
    return await tx.scalar(_RECENT_RESUME_DATE, {"tenant": tenant})


async def lock_job(tx: Transaction, tenant: TenantId, job: JobId) -> Standing | None:
    """As it stands, and as it stays until the transaction ends."""
    row = await tx.row(_LOCK, {"tenant": tenant, "job": job})
    if row is None:
        return None
    return Standing(
        organization=OrganizationRef(row.organization_id, row.company),
        title_key=row.title_key,
        status=status_numbered(row.status_id),
        applied_at=row.applied_at,
        content_hash=row.content_hash,
        url_hash=row.url_hash,
    )


async def lock_places_at(tx: Transaction, tenant: TenantId, organization: OrganizationId) -> bool:
    """Whether there is such an organization; nobody adds a job to it, or moves one, until the transaction ends."""
    return await tx.scalar(_LOCK_ORGANIZATION, {"tenant": tenant, "organization": organization}) is not None


async def update_job(tx: Transaction, tenant: TenantId, job: JobId, values: Mapping[str, Any]) -> None:
    """Set these columns of a job that is locked."""
    await tx.execute(update(jobs).where(jobs.c.tenant_id == tenant, jobs.c.id == job).values(**values))


async def insert_status(
    tx: Transaction, tenant: TenantId, lead: JobId, *, before: Status, after: Status, now: datetime
) -> None:
    """The lead is locked by whoever changes it."""
    await tx.execute(
        _INSERT_STATUS,
        {"tenant": tenant, "lead": lead, "from_status": before.number, "to_status": after.number, "now": now},
    )


async def delete_job(tx: Transaction, tenant: TenantId, job: JobId) -> bool:
    """With its lead and that one's history; False where there is none. A deal of it stays, without a lead."""
    return bool(await tx.execute(_DELETE, {"tenant": tenant, "job": job}))


def _values(row: NewJob) -> tuple[Any, ...]:
    return (
        row.organization.id,
        row.organization.name,
        row.job_title,
        row.title_key,
        row.job_url,
        row.description,
        row.salary_range,
        row.notes,
        row.resume_date,
        row.content_hash,
        row.url_hash,
        row.source,
        row.status.number,
        row.applied_at,
    )
