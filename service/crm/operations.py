"""A person's own CRM, exported and erased; and what must always hold of everybody's."""

from collections.abc import Mapping

from service.crm import invariants
from service.crm.store import erasure as store
from service.kernel.database import Transaction
from service.kernel.identifiers import UserId

# What the person's own workspace holds. To be read as that tenant, whichever one the caller acts for.
EXPORTS = store.EXPORTS
INVARIANTS = invariants.INVARIANTS


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Delete the person's own workspace and every row in it; how many of each table. It is locked first, so that
    nobody adds a row meanwhile, and deleted last, for the others refer to it."""
    await store.lock_workspace(tx, user)
    deleted = {table.name: await store.delete_rows(tx, table, user) for table in store.TABLES}
    return deleted | {"workspaces": await store.delete_workspace(tx, user)}
