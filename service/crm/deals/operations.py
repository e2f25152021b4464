"""Deals: what a lead has come to. Each takes the transaction it belongs to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.crm.deals import store
from service.crm.model import Deal, DealId, DealStatus, JobId
from service.crm.store.tables import open_workspace
from service.kernel.database import Transaction
from service.kernel.errors import Kind, NotFound, ServiceError
from service.kernel.identifiers import TenantId
from service.kernel.paging import Listed, Window


class LeadHasDeal(ServiceError):
    """A lead comes to one deal; `existing_id` is its number."""

    kind, slug, title = Kind.CONFLICT, "lead-has-deal", "The lead has a deal already"


async def create(tx: Transaction, *, tenant: TenantId, values: Mapping[str, Any], now: datetime) -> Deal:
    """Add one (`values`: name, status, notes, lead_id). Raises NotFound for a lead that is not there, LeadHasDeal."""
    await open_workspace(tx, tenant)
    await _take_lead(tx, tenant, values.get("lead_id"))
    return await store.insert_deal(tx, tenant, values, now=now)


async def find(tx: Transaction, *, tenant: TenantId, deal: DealId) -> Deal:
    """The tenant's deal with this number. Raises NotFound, also for one that is another's."""
    found = await store.find_deal(tx, tenant, deal)
    if found is None:
        raise _missing(deal)
    return found


async def list_deals(
    tx: Transaction, *, tenant: TenantId, search: str | None, status: DealStatus | None, window: Window
) -> Listed[Deal]:
    """The tenant's deals, newest first; `window.after` is (created_at, id)."""
    return await store.list_deals(tx, tenant, search=search, status=status, window=window)


async def change(tx: Transaction, *, tenant: TenantId, deal: DealId, values: Mapping[str, Any], now: datetime) -> Deal:
    """Set what is given, if anything. Raises NotFound for the deal or the lead, LeadHasDeal."""
    if not values:
        return await find(tx, tenant=tenant, deal=deal)
    await _take_lead(tx, tenant, values.get("lead_id"), for_deal=deal)
    changed = await store.update_deal(tx, tenant, deal, {**values, "updated_at": now})
    if changed is None:
        raise _missing(deal)
    return changed


async def delete(tx: Transaction, *, tenant: TenantId, deal: DealId) -> None:
    """Delete it. Raises NotFound. Its lead stays."""
    if not await store.delete_deal(tx, tenant, deal):
        raise _missing(deal)


async def _take_lead(tx: Transaction, tenant: TenantId, lead: JobId | None, *, for_deal: DealId | None = None) -> None:
    """Hold the lead until the transaction ends, and see that no other deal has it."""
    if lead is None:
        return
    if not await store.lock_lead(tx, tenant, lead):
        raise NotFound(f"There is no lead {lead}.")
    existing = await store.find_deal_of(tx, tenant, lead)
    if existing not in (None, for_deal):
        raise LeadHasDeal(f"Lead {lead} has a deal: {existing}.", extras={"existing_id": existing})


def _missing(deal: DealId) -> NotFound:
    return NotFound(f"There is no deal {deal}.")
