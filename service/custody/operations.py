"""Checking the invariants."""

from service.custody import store
from service.custody.model import Violation
from service.kernel.database import Transaction


async def check_alone(tx: Transaction, *, sweep_seconds: float) -> list[Violation]:
    """`check`, unless another process is at it: then nothing is read and nothing found."""
    return await check(tx, sweep_seconds=sweep_seconds) if await store.is_ours_to_check(tx) else []


async def check(tx: Transaction, *, sweep_seconds: float) -> list[Violation]:
    """Everything that is wrong, nothing if all is well. For `db.run_system`: it reads every row of every user.

    A hold may outlive its expiry by `sweep_seconds`: give the period of the sweeper and what one sweep takes.
    """
    return [
        Violation(invariant.name, invariant.what, detail)
        for invariant in store.INVARIANTS
        for detail in await store.find_breaches(tx, invariant, sweep_seconds=sweep_seconds)
    ]
