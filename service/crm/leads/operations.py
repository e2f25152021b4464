"""Moving leads and noting e-mails in their history. Each takes the transaction it belongs to."""

from datetime import datetime
from uuid import UUID

from service.crm.jobs.model import status_changes
from service.crm.jobs.store import jobs
from service.crm.leads import store
from service.crm.leads.model import Lead, lead_of
from service.crm.model import JobId, Status, existing
from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId


async def mark(tx: Transaction, *, tenant: TenantId, lead: JobId, status: Status, now: datetime) -> Lead:
    """Move it; nothing happens where it is there already. Raises NotFound."""
    before = existing(await jobs.lock_job(tx, tenant, lead), f"lead {lead}")
    if changes := status_changes(before.status, status, before.applied_at, now):
        await jobs.update_job(tx, tenant, lead, {**changes, "updated_at": now})
        await jobs.insert_status(tx, tenant, lead, before=before.status, after=status, now=now)
    return lead_of(existing(await jobs.find_job(tx, tenant, lead), f"lead {lead}"))


async def note_email(
    tx: Transaction, *, tenant: TenantId, lead: JobId, email: UUID, status: str, now: datetime
) -> bool:
    """Write into the lead's history that an e-mail of this status is there for it.

    True: there is such a lead, and it stays until the transaction ends, so that the e-mail may name it. False: there
    is none (any more), or it is another tenant's; nothing was written.
    """
    return await store.insert_email(tx, tenant, lead, email=email, status=status, now=now)
