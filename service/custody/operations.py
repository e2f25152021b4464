"""Checking the invariants; handing out a person's data, and erasing it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from service.access import store as keys
from service.accounts import operations as accounts
from service.credits import operations as credits
from service.crm.operations import leaving as crm
from service.custody import store
from service.custody.archive import Archive
from service.custody.model import Violation
from service.emails.operations import stored as emails
from service.kernel.database import Database, Export, Transaction, acting_for
from service.kernel.identifiers import UserId, personal_tenant
from service.payments.operations import erasure as payments
from service.resumes import operations as resumes
from service.usage import operations as usage

# What is sent at once: few pieces for a small account, and little in memory for a large one.
PIECE_BYTES = 64_000

Erase = Callable[[Transaction, UserId], Awaitable[int]]

# The names are those of the exported tables; `users` is last, for the others refer to it.
_ERASURES: Sequence[tuple[str, Erase]] = (
    ("emails", emails.erase),
    ("resumes", resumes.erase),
    ("usage", usage.erase),
    ("idempotency_keys", keys.erase),
    *crm.ERASURES,
    ("users", accounts.erase),
)


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


async def erase(tx: Transaction, *, user: UserId) -> dict[str, int]:
    """Delete the user and every personal row; how many of each table. For `db.run_system`: what is left is nobody's.

    All or nothing. The user's row is locked first and the wallet second, as storing a user does, and a generation when
    it settles: what that one has committed before goes, and what comes later finds neither its user (`UserGone`) nor
    its hold. Raises `accounts.model.UserNotFound` where somebody else was faster.
    """
    await accounts.lock(tx, user)
    await credits.unlink(tx, user)
    await crm.lock(tx, user)
    await payments.erase(tx, user)
    return {name: await erase_rows(tx, user) for name, erase_rows in _ERASURES}


def exports() -> Sequence[Export]:
    """Every table of a person's, one file each."""
    return (
        *accounts.exports(),
        *resumes.exports(),
        *emails.exports(),
        *usage.exports(),
        *credits.exports(),
        *payments.exports(),
        *keys.EXPORTS,
        *crm.exports(),
    )


async def export(*, db: Database, user: UserId, now: datetime, write: Callable[[bytes], Awaitable[None]]) -> None:
    """Write a zip of all the user's data, in pieces, reading no further ahead than one page of one table.

    Each page is a transaction of its own, so nothing waits on the database while the reader is slow. What several
    people share is not in it, whichever tenant the caller's token names.
    """
    archive = Archive(now=now)
    for table in exports():
        with archive.table(table.name) as entry:
            after: tuple[Any, ...] | None = None
            while True:
                with acting_for(user, personal_tenant(user)):
                    page = await db.read(table.page, user, after)
                for row in page.rows:
                    entry.add(row)
                    if archive.waiting_bytes >= PIECE_BYTES:
                        await write(archive.take())
                after = page.after
                if after is None:
                    break
    archive.close()
    await write(archive.take())
