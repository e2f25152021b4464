"""Checking the invariants; handing out a person's data, and erasing it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from service.access import store as keys
from service.accounts import operations as accounts
from service.credits import operations as credits
from service.crm import operations as crm
from service.custody import store
from service.custody.archive import Archive
from service.emails.operations import stored as emails
from service.events import store as events
from service.kernel.database import Database, Export, Invariant, Transaction, acting_for
from service.kernel.identifiers import UserId, personal_tenant
from service.payments import operations as payments
from service.resumes import operations as resumes
from service.usage import operations as usage

# What is sent at once: few pieces for a small account, and little in memory for a large one.
PIECE_BYTES = 64_000

_log = structlog.get_logger("overture.custody")


@dataclass(frozen=True, slots=True)
class Slice:
    """What a slice declares of its tables: a person's rows, how they are deleted (with how many there were of each
    exported table), and what must always hold."""

    exports: Sequence[Export]
    erase: Callable[[Transaction, UserId], Awaitable[Mapping[str, int]]]
    invariants: Sequence[Invariant] = ()


# Rows refer only to slices further up: erasing begins at the end, where the wallet is locked before anything else.
SLICES = (
    Slice(accounts.EXPORTS, accounts.erase),
    Slice(keys.EXPORTS, keys.erase, keys.INVARIANTS),
    Slice(events.EXPORTS, events.erase),
    Slice(usage.EXPORTS, usage.erase),
    Slice(resumes.EXPORTS, resumes.erase),
    Slice(emails.EXPORTS, emails.erase),
    Slice(payments.EXPORTS, payments.erase, payments.INVARIANTS),
    Slice(crm.EXPORTS, crm.erase, crm.INVARIANTS),
    Slice(credits.EXPORTS, credits.erase, credits.INVARIANTS),
)
EXPORTS = tuple(table for one in SLICES for table in one.exports)
INVARIANTS = (*(invariant for one in SLICES for invariant in one.invariants), *store.INVARIANTS)


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of the invariant called `name`; `detail` names the rows, by ids only."""

    name: str
    what: str
    detail: str


async def watch_invariants(db: Database, *, sweep_seconds: float) -> Sequence[Violation]:
    """Check the invariants once and log each breach as an error (`invariant violated`: the alarm to watch for).

    Of several processes, one checks at a time; the others find nothing.
    """
    violations = await db.run_system(_check_alone, sweep_seconds=sweep_seconds)
    for violation in violations:
        _log.error("invariant violated", invariant=violation.name, must=violation.what, found=violation.detail)
    return violations


async def _check_alone(tx: Transaction, *, sweep_seconds: float) -> Sequence[Violation]:
    return await check(tx, sweep_seconds=sweep_seconds) if await store.try_lock_checking(tx) else ()


async def check(tx: Transaction, *, sweep_seconds: float) -> Sequence[Violation]:
    """Everything that is wrong, nothing if all is well. For `db.run_system`: it reads every row of every user.

    A hold may outlive its expiry by `sweep_seconds`: give the period of the sweeper and what one sweep takes.
    """
    return [
        Violation(invariant.name, invariant.what, detail)
        for invariant in INVARIANTS
        for detail in await store.find_breaches(tx, invariant, sweep_seconds=sweep_seconds)
    ]


async def erase(tx: Transaction, *, user: UserId) -> dict[str, int]:
    """Delete the user and every personal row; how many of each table. For `db.run_system`: what is left is nobody's.

    All or nothing. The user's row is locked first and the wallet second, as storing a user does, and a generation when
    it settles: what that one has committed before goes, and what comes later finds neither its user (`UserGone`) nor
    its hold. Raises `accounts.model.UserNotFound` where somebody else was faster.
    """
    await accounts.lock(tx, user)
    deleted: dict[str, int] = {}
    for one in reversed(SLICES):
        deleted |= await one.erase(tx, user)
    return deleted


async def export(*, db: Database, user: UserId, now: datetime, write: Callable[[bytes], Awaitable[None]]) -> None:
    """Write a zip of all the user's data, in pieces, reading no further ahead than one page of one table.

    Each page is a transaction of its own, so nothing waits on the database while the reader is slow. What several
    people share is not in it, whichever tenant the caller's token names.
    """
    archive = Archive(now=now)
    for table in EXPORTS:
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
