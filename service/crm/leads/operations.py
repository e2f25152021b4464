"""Moving leads and noting e-mails in their history. Each takes the transaction it belongs to."""

from datetime import datetime
from uuid import UUID

from service.crm.jobs import operations as jobs
from service.crm.leads import store
from service.crm.leads.model import Lead, lead_of
from service.crm.model import JobId, Status, existing
from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId


async def mark(tx: Transaction, *, tenant: TenantId, lead: JobId, status: Status, now: datetime) -> Lead:
    """Move it; nothing happens where it is there already. Raises NotFound."""
    job = await jobs.mark(tx, tenant=tenant, job=lead, status=status, now=now)
    return lead_of(existing(job, f"lead {lead}"))


async def note_email(
    tx: Transaction, *, tenant: TenantId, lead: JobId, email: UUID, status: str, now: datetime
) -> bool:
    """Write into the lead's history that an e-mail of this status is there for it.

    True: there is such a lead, and it stays until the transaction ends, so that the e-mail may name it. False: there
    is none (any more), or it is another tenant's; nothing was written.
    """
    return await store.insert_email(tx, tenant, lead, email=email, status=status, now=now)
