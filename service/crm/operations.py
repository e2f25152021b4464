"""A person's own CRM, exported and erased; and what must always hold of everybody's."""

from collections.abc import Mapping

from service.crm.store import erasure as store
from service.kernel.database import Invariant, Transaction
from service.kernel.identifiers import UserId

# What the person's own workspace holds. To be read as that tenant, whichever one the caller acts for.
EXPORTS = store.EXPORTS
INVARIANTS = (
    Invariant(
        "leads-are-where-their-history-ends",
        "A lead's status is the last one of its history.",
        # All backwards, as one index has them: no sort.
        """
        SELECT format('lead %s: status %s, its history ends with %s', job.id, job.status_id,
                      coalesce(told.status_id::text, 'nothing')) AS detail
        FROM jobs AS job
        LEFT JOIN (
            SELECT DISTINCT ON (tenant_id, lead_id) tenant_id, lead_id, status_id
            FROM lead_events WHERE kind = 'status' ORDER BY tenant_id DESC, lead_id DESC, id DESC
        ) AS told ON (told.tenant_id, told.lead_id) = (job.tenant_id, job.id)
        WHERE told.status_id IS DISTINCT FROM job.status_id
        """,
    ),
    Invariant(
        "histories-have-no-gap",
        "Each change of a lead's status begins where the one before ended, and the first of them with none.",
        """
        SELECT format('lead %s: entry %s begins with %s, the one before ended with %s', lead_id, id,
                      coalesce(from_status_id::text, 'nothing'), coalesce(before::text, 'nothing')) AS detail
        FROM (
            SELECT id, lead_id, from_status_id,
                   lag(status_id) OVER (PARTITION BY tenant_id, lead_id ORDER BY id) AS before
            FROM lead_events WHERE kind = 'status'
        ) AS entry
        WHERE from_status_id IS DISTINCT FROM before
        """,
    ),
)


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Delete the person's own workspace and every row in it; how many of each table. It is locked first, so that
    nobody adds a row meanwhile, and deleted last, for the others refer to it."""
    await store.lock_workspace(tx, user)
    deleted = {table.name: await store.delete_rows(tx, table, user) for table in store.TABLES}
    return deleted | {"workspaces": await store.delete_workspace(tx, user)}
