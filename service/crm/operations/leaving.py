"""A person's own CRM, handed out and erased."""

from collections.abc import Awaitable, Callable, Sequence

from service.crm.store import leaving as store
from service.kernel.database import Export, Transaction
from service.kernel.identifiers import UserId

# In this order; the names are those of the exported tables. The workspace is last, for the others refer to it.
ERASURES: Sequence[tuple[str, Callable[[Transaction, UserId], Awaitable[int]]]] = (
    ("lead_events", store.delete_events),
    ("deals", store.delete_deals),
    ("jobs", store.delete_jobs),
    ("organizations", store.delete_organizations),
    ("workspaces", store.delete_workspace),
)


def exports() -> Sequence[Export]:
    """What the person's own workspace holds. To be read as that tenant, whichever one the caller acts for."""
    return store.EXPORTS


async def lock(tx: Transaction, user: UserId) -> None:
    """Keep everybody from adding rows to the person's own workspace until the transaction ends."""
    await store.lock_workspace(tx, user)
