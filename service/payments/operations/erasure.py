"""A person's part of payments: what is given to them, and how they are taken out of it."""

from collections.abc import Sequence

from service.kernel.database import Export, Transaction
from service.kernel.identifiers import UserId
from service.payments import store


def exports() -> Sequence[Export]:
    """A person's orders. The inbox holds nothing of a person."""
    return store.EXPORTS


async def erase(tx: Transaction, user: UserId) -> int:
    """Take the person out of their orders; how many there were. For `run_system`: a row that is nobody's is not the
    user's to write. The orders stay, for the books; what is refunded later moves no coins of anybody."""
    return await store.unlink_orders(tx, user)
