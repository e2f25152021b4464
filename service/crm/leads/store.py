"""Statements about what happened to leads, which is only ever added to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from service.crm.leads.model import EmailRef, HistoryEntry
from service.crm.model import STATUS_REFS, HistoryKind, JobId
from service.crm.store.tables import jobs, lead_events
from service.kernel.database import Transaction
from service.kernel.database.paging import COUNTED_MAX, Listed, Window
from service.kernel.identifiers import TenantId

_tenant, _lead = bindparam("tenant", type_=Text), bindparam("lead", type_=BigInteger)
_events = lead_events.c

# Of a lead that is there, and that stays until the transaction ends.
_LEAD = (
    select(
        jobs.c.tenant_id,
        jobs.c.id,
        literal(HistoryKind.EMAIL.value, Text),
        bindparam("email", type_=Uuid),
        bindparam("email_status", type_=Text),
        bindparam("now", type_=DateTime(timezone=True)),
    )
    .where(jobs.c.tenant_id == _tenant, jobs.c.id == _lead)
    .with_for_update(read=True, key_share=True)
)
_INSERT_EMAIL = insert(lead_events).from_select(
    ["tenant_id", "lead_id", "kind", "email_id", "email_status", "happened_at"], _LEAD
)

_is_of_the_lead = (_events.tenant_id == _tenant, _events.lead_id == _lead)
_COUNTED = (
    select(func.count())
    .select_from(
        select(_events.id)
        .where(*_is_of_the_lead)
        .order_by(_events.id)
        .limit(literal_column(str(COUNTED_MAX + 1)))
        .subquery("of_the_lead")
    )
    .scalar_subquery()
)
HISTORY = (
    select(
        _events.id,
        _events.kind,
        _events.from_status_id,
        _events.status_id,
        _events.email_id,
        _events.email_status,
        _events.happened_at,
        _COUNTED.label("counted"),
    )
    .where(*_is_of_the_lead, _events.id > bindparam("after", type_=BigInteger))
    .order_by(_events.id)
    .limit(bindparam("fetched", type_=Integer))
    .offset(bindparam("offset", type_=Integer))
)


async def insert_email(
    tx: Transaction, tenant: TenantId, lead: JobId, *, email: UUID, status: str, now: datetime
) -> bool:
    """False where there is no such lead."""
    given = {"tenant": tenant, "lead": lead, "email": email, "email_status": status, "now": now}
    return bool(await tx.execute(_INSERT_EMAIL, given))


async def list_history(tx: Transaction, tenant: TenantId, lead: JobId, *, window: Window) -> Listed[HistoryEntry]:
    """Oldest first; `window.after` is (id,). A lead has at least its creation: no row at all means no lead, or a page
    behind the last."""
    after = 0 if window.after is None else window.after[0]
    given = {"tenant": tenant, "lead": lead, "after": after, "fetched": window.fetched, "offset": window.offset}
    rows = await tx.rows(HISTORY, given)
    if rows:
        return Listed([_entry(row) for row in rows], rows[0].counted)
    return Listed([], await tx.scalar(select(_COUNTED), {"tenant": tenant, "lead": lead}))


def _entry(row: Any) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        kind=HistoryKind(row.kind),
        from_status=None if row.from_status_id is None else STATUS_REFS[row.from_status_id],
        to_status=None if row.status_id is None else STATUS_REFS[row.status_id],
        email=None if row.email_id is None else EmailRef(row.email_id, row.email_status),
        happened_at=row.happened_at,
    )
