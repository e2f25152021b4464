"""Leads: how far each has come, and what happened to it. A lead is its job's, and has its number."""

from datetime import datetime
from uuid import UUID

from service.crm.jobs import operations as jobs
from service.crm.jobs.model import Wanted
from service.crm.jobs.store import jobs as job_store
from service.crm.jobs.store import listing
from service.crm.leads import store
from service.crm.leads.model import HistoryEntry, Lead, lead_of
from service.crm.model import JobId, Status
from service.kernel.database import Transaction
from service.kernel.errors import NotFound
from service.kernel.identifiers import TenantId
from service.kernel.paging import Listed, Window


async def list_leads(tx: Transaction, *, tenant: TenantId, status: Status | None, window: Window) -> Listed[Lead]:
    """Newest first; `window.after` is (created_at, id)."""
    listed = await listing.list_jobs(tx, tenant, wanted=Wanted(status=status), window=window)
    return Listed([lead_of(placed.job) for placed in listed.rows], listed.counted)


async def find_lead(tx: Transaction, *, tenant: TenantId, lead: JobId) -> Lead:
    """The tenant's lead with its job. Raises NotFound, also for one that is another's."""
    found = await job_store.find_job(tx, tenant, lead)
    if found is None:
        raise _missing(lead)
    return lead_of(found)


async def history(tx: Transaction, *, tenant: TenantId, lead: JobId, window: Window) -> Listed[HistoryEntry]:
    """All that happened to it, oldest first; `window.after` is (id,). Raises NotFound."""
    listed = await store.list_history(tx, tenant, lead, window=window)
    if not listed.counted:
        raise _missing(lead)
    return listed


async def mark(tx: Transaction, *, tenant: TenantId, lead: JobId, status: Status, now: datetime) -> Lead:
    """Move it; nothing happens where it is there already. Raises NotFound."""
    marked = await jobs.mark(tx, tenant=tenant, job=lead, status=status, now=now)
    if marked is None:
        raise _missing(lead)
    return lead_of(marked)


async def note_email(
    tx: Transaction, *, tenant: TenantId, lead: JobId, email: UUID, status: str, now: datetime
) -> bool:
    """Write into the lead's history that an e-mail of this status is there for it.

    True: there is such a lead, and it stays until the transaction ends, so that the e-mail may name it. False: there
    is none (any more), or it is another tenant's; nothing was written.
    """
    return await store.insert_email(tx, tenant, lead, email=email, status=status, now=now)


def _missing(lead: JobId) -> NotFound:
    return NotFound(f"There is no lead {lead}.")
