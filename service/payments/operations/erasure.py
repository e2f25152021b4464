"""A person's part of payments: what is given to them, and how they are taken out of it."""

from collections.abc import Mapping

from service.kernel.database import Transaction
from service.kernel.identifiers import UserId
from service.payments import store

# The inbox holds nothing of a person.
EXPORTS = store.EXPORTS
INVARIANTS = store.INVARIANTS


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Take the person out of their orders; no row is deleted. For `run_system`: a row that is nobody's is not the
    user's to write. The orders stay, for the books; what is refunded later moves no coins of anybody."""
    await store.unlink_orders(tx, user)
    return {}
