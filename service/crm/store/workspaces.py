"""The tenants' own rows: what every other row of the CRM refers to."""

from sqlalchemy import Text, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from service.crm.store.tables import workspaces
from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId, person_of

_HOLD = (
    select(workspaces.c.tenant_id)
    .where(workspaces.c.tenant_id == bindparam("tenant", type_=Text))
    .with_for_update(read=True, key_share=True)
)
# Of two keys: whoever is first may be seen at either.
_OPEN = insert(workspaces).on_conflict_do_nothing()


async def open_workspace(tx: Transaction, tenant: TenantId) -> None:
    """Make sure that there is one, and that it stays until the transaction ends: before anything else is locked, as
    whoever erases it does. That of a person alone names its user: where that one was deleted, nothing can be written
    any more (`UserGone`)."""
    if await tx.scalar(_HOLD, {"tenant": tenant}) is not None:
        return
    if not await tx.execute(_OPEN, {"tenant_id": tenant, "user_id": person_of(tenant)}):
        await tx.scalar(_HOLD, {"tenant": tenant})
