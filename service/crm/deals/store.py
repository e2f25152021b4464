"""Statements about deals."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from service.crm.model import Deal, DealId, DealStatus, JobId
from service.crm.store.tables import deals, jobs, search_condition, searched_deals
from service.kernel.database import Transaction, read_page
from service.kernel.database.paging import Listed, Window
from service.kernel.identifiers import TenantId

_shown = (
    deals.c.id,
    deals.c.name,
    deals.c.status,
    deals.c.notes,
    deals.c.lead_id,
    deals.c.created_at,
    deals.c.updated_at,
)


async def list_deals(
    tx: Transaction, tenant: TenantId, *, search: str | None, status: DealStatus | None, window: Window
) -> Listed[Deal]:
    """Newest first; `window.after` is (created_at, id)."""
    view = searched_deals.c
    conditions: list[ColumnElement[bool]] = [view.tenant_id == tenant]
    if status is not None:
        conditions.append(view.status == status.value)
    if search:
        conditions.append(await search_condition(tx, view.search_text, search))
    matching = select(searched_deals).where(*conditions)
    return await read_page(
        tx,
        matching,
        keys=(view.created_at, view.id),
        item=_deal,
        window=window,
        counted_along=(view.created_at.desc(), view.id.desc()),
    )


async def find_deal(tx: Transaction, tenant: TenantId, deal: DealId) -> Deal | None:
    row = await tx.row(select(*_shown).where(*_is_this(tenant, deal)))
    return None if row is None else _deal(row)


async def find_deal_of(tx: Transaction, tenant: TenantId, lead: JobId) -> DealId | None:
    return await tx.scalar(select(deals.c.id).where(deals.c.tenant_id == tenant, deals.c.lead_id == lead))


async def lock_lead(tx: Transaction, tenant: TenantId, lead: JobId) -> bool:
    """Whether there is such a lead. It stays, and nobody else gives it a deal, until the transaction ends."""
    is_this = (jobs.c.tenant_id == tenant, jobs.c.id == lead)
    return await tx.scalar(select(jobs.c.id).where(*is_this).with_for_update(key_share=True)) is not None


async def insert_deal(tx: Transaction, tenant: TenantId, values: Mapping[str, Any], *, now: datetime) -> Deal:
    """The workspace is open; the lead, if it has one, is locked and has no deal."""
    row = await tx.row(
        insert(deals).values(tenant_id=tenant, created_at=now, updated_at=now, **values).returning(*_shown)
    )
    return _deal(row)


async def update_deal(tx: Transaction, tenant: TenantId, deal: DealId, values: Mapping[str, Any]) -> Deal | None:
    row = await tx.row(update(deals).where(*_is_this(tenant, deal)).values(**values).returning(*_shown))
    return None if row is None else _deal(row)


async def delete_deal(tx: Transaction, tenant: TenantId, deal: DealId) -> bool:
    """False where there is none. Its lead stays."""
    return bool(await tx.execute(delete(deals).where(*_is_this(tenant, deal))))


def _is_this(tenant: TenantId, deal: DealId) -> tuple[ColumnElement[bool], ...]:
    return deals.c.tenant_id == tenant, deals.c.id == deal


def _deal(row: Any) -> Deal:
    lead = None if row.lead_id is None else JobId(row.lead_id)
    return Deal(DealId(row.id), row.name, DealStatus(row.status), row.notes, lead, row.created_at, row.updated_at)
