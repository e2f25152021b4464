"""Adding, changing and deleting deals. Each takes the transaction it belongs to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.crm.deals import store
from service.crm.model import Deal, DealId, JobId, existing
from service.crm.store.tables import open_workspace
from service.kernel.database import Transaction
from service.kernel.errors import Kind, NotFound, ServiceError
from service.kernel.identifiers import TenantId


class LeadHasDeal(ServiceError):
    """A lead comes to one deal; `existing_id` is its number."""

    kind, slug, title = Kind.CONFLICT, "lead-has-deal", "The lead has a deal already"


async def create(tx: Transaction, *, tenant: TenantId, values: Mapping[str, Any], now: datetime) -> Deal:
    """Add one (`values`: name, status, notes, lead_id). Raises NotFound for a lead that is not there, LeadHasDeal."""
    await open_workspace(tx, tenant)
    await _lock_lead(tx, tenant, values.get("lead_id"))
    return await store.insert_deal(tx, tenant, values, now=now)


async def change(tx: Transaction, *, tenant: TenantId, deal: DealId, values: Mapping[str, Any], now: datetime) -> Deal:
    """Set what is given, if anything. Raises NotFound for the deal or the lead, LeadHasDeal."""
    if not values:
        return existing(await store.find_deal(tx, tenant, deal), f"deal {deal}")
    await _lock_lead(tx, tenant, values.get("lead_id"), for_deal=deal)
    changed = await store.update_deal(tx, tenant, deal, {**values, "updated_at": now})
    return existing(changed, f"deal {deal}")


async def delete(tx: Transaction, *, tenant: TenantId, deal: DealId) -> None:
    """Delete it. Raises NotFound. Its lead stays."""
    if not await store.delete_deal(tx, tenant, deal):
        raise NotFound(f"There is no deal {deal}.")


async def _lock_lead(tx: Transaction, tenant: TenantId, lead: JobId | None, *, for_deal: DealId | None = None) -> None:
    """Keep the lead until the transaction ends, and see that no other deal has it."""
    if lead is None:
        return
    if not await store.lock_lead(tx, tenant, lead):
        raise NotFound(f"There is no lead {lead}.")
    other = await store.find_deal_of(tx, tenant, lead)
    if other not in (None, for_deal):
        raise LeadHasDeal(f"Lead {lead} has a deal: {other}.", extras={"existing_id": other})
