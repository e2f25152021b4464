"""The verbs of usage."""

from collections.abc import Sequence

from service.kernel.database import Export, Transaction
from service.kernel.identifiers import UserId
from service.usage import store
from service.usage.model import Usage


async def record(tx: Transaction, usage: Usage) -> bool:
    """Keep the row; False, changing nothing, where this user's operation was recorded before.

    A success is recorded in the transaction that stores what was generated; a failure or a cancellation in a short
    one of its own, which may come second after a COMMIT whose answer was lost: the success then stays.
    """
    return await store.insert_usage(tx, usage)


def exports() -> Sequence[Export]:
    """A person's usage."""
    return store.EXPORTS


async def erase(tx: Transaction, user: UserId) -> int:
    """Delete it all; how many rows there were."""
    return await store.delete_usage(tx, user)
