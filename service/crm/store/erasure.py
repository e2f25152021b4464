"""What a person's own workspace holds, to be exported and to be deleted. One that several people share stays."""

from typing import Any

from sqlalchemy import Integer, Table, Text, bindparam, delete, select

from service.crm.store.tables import deals, jobs, lead_events, organizations, workspaces
from service.kernel.database import Export, ExportPage, Transaction, export_of
from service.kernel.identifiers import TenantId, UserId, personal_tenant

# Rows of each refer only to tables behind it.
TABLES = (lead_events, deals, jobs, organizations)
# For finding and comparing; they follow from the other columns.
_DERIVED = frozenset({"search_text", "name_key", "title_key", "content_hash", "url_hash"})
# Each with its posting and notes: a page of an export stays within some megabytes.
_JOBS_PER_PAGE = 20
# About a second's work for the keys that refer to them; a statement has eight.
ROWS_PER_STATEMENT = 10_000

_LOCK = select(workspaces.c.tenant_id).where(workspaces.c.user_id == bindparam("user", type_=Text)).with_for_update()


def _export(table: Table, rows_per_page: int = 500) -> Export:
    rows = select(*(column for column in table.c if column.name not in _DERIVED))
    of_tenants = export_of(table.name, rows, owner=table.c.tenant_id, key=(table.c.id,), rows_per_page=rows_per_page)

    async def page(tx: Transaction, user: UserId, after: tuple[Any, ...] | None) -> ExportPage:
        return await of_tenants.page(tx, UserId(personal_tenant(user)), after)

    return Export(table.name, page)


EXPORTS = (_export(organizations), _export(jobs, _JOBS_PER_PAGE), _export(lead_events), _export(deals))


async def lock_workspace(tx: Transaction, user: UserId) -> TenantId | None:
    """The user's own, None where there is none; nobody adds a row to it until the transaction ends."""
    found = await tx.scalar(_LOCK, {"user": user})
    return None if found is None else TenantId(found)


async def delete_workspace(tx: Transaction, user: UserId) -> int:
    return await tx.execute(delete(workspaces).where(workspaces.c.tenant_id == personal_tenant(user)))


async def delete_rows(tx: Transaction, table: Table, user: UserId) -> int:
    """All of the person's in one of `TABLES`, so many at a time that no statement runs out of its time. As the owner,
    who alone may take away from a history."""
    some = select(table.c.id).where(table.c.tenant_id == bindparam("tenant", type_=Text))
    some = some.order_by(table.c.id).limit(bindparam("rows", type_=Integer))
    statement, total = delete(table).where(table.c.id.in_(some)), 0
    while True:
        deleted = await tx.execute(statement, {"tenant": personal_tenant(user), "rows": ROWS_PER_STATEMENT})
        total += deleted
        if deleted < ROWS_PER_STATEMENT:
            return total
