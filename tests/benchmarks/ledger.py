"""`python -m tests.benchmarks.ledger`: what a charge costs, beside the bare SQL of the same statements.

One charge is what an e-mail takes of the ledger: a reservation in one transaction and its charge in another. Twenty
callers at once, on one hot account and on a thousand, with little and with much already in the ledger. Ours (the verbs
through the gateway) and bare (asyncpg, the same statements, transactions, role and settings, as many connections) take
turns in one run; what is printed is the median of the rounds. The server is the embedded one without fsync, so that
the statements are compared, and not the disk twice.
"""

import argparse
import math
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import anyio
import asyncpg
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from service.credits import operations as credits
from service.credits.model import HoldId
from service.credits.store import transfers
from service.custody import operations as custody
from service.kernel.database import Bounds, Database, acting_for, open_database
from service.kernel.database.wall import Acting, opening
from service.kernel.identifiers import UserId, personal_tenant
from service.migrations.migrate import migrate
from tests.postgres import connected, started_server

CALLERS = 20
ACCOUNTS = 1000
HOT = UserId("hot")
OTHERS = [UserId(f"user-{number}") for number in range(ACCOUNTS)]
ROUNDS = 3
RATIO_MAX = 2.0

Charge = Callable[[UserId], Awaitable[None]]

# What the gateway says in its opening words.
LIMITS = Bounds().server_limits()


@dataclass(frozen=True)
class Measured:
    per_second: float
    p99_ms: float


@dataclass(frozen=True)
class Statement:
    """A statement of the ledger as the driver takes it: `$1` and the order of its parameters."""

    sql: str
    order: Sequence[str]

    @classmethod
    def of(cls, name: str) -> "Statement":
        clause: TextClause = vars(transfers)[name]
        compiled: Any = clause.compile(dialect=PGDialect_asyncpg())
        return cls(str(compiled), tuple(compiled.positiontup))

    def arguments(self, **values: Any) -> list[Any]:
        return [values[name] for name in self.order]


class Ours:
    """The verbs, through the gateway."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def charge(self, user: UserId) -> None:
        operation, hold = uuid4(), HoldId(uuid4())
        with acting_for(user, personal_tenant(user)):
            await self._db.run(
                credits.reserve, user=user, amount=1, operation=operation, hold=hold, expires_in_seconds=90.0
            )
            await self._db.run(credits.charge, hold=hold, amount=1, reference=f"insights:{operation}")


class Bare:
    """The same statements in the same transactions, with nothing around them."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._reserve = Statement.of("_RESERVE")
        self._settle = Statement.of("_SETTLE")

    async def charge(self, user: UserId) -> None:
        operation, hold = uuid4(), uuid4()
        words = opening(Acting(user, personal_tenant(user)), as_app=True, is_read_only=False, limits=LIMITS)
        reserved = self._reserve.arguments(user=user, hold=hold, operation=operation, amount=1, expires_in_seconds=90.0)
        await self._transaction(words, self._reserve.sql, reserved)
        settled = self._settle.arguments(
            hold=hold,
            amount=1,
            state="charged",
            kind="charge",
            reference=f"insights:{operation}",
            even_if_expired=False,
        )
        await self._transaction(words, self._settle.sql, settled)

    async def _transaction(self, words: str, sql: str, arguments: Sequence[Any]) -> None:
        connection = await self._pool.acquire()
        try:
            await connection.execute(words)
            assert await connection.fetchrow(sql, *arguments) is not None
            await connection.execute("COMMIT")
        finally:
            await self._pool.release(connection)


async def measured(charge: Charge, users: Sequence[UserId], *, seconds: float) -> Measured:
    """Twenty callers, each charging one user after another, for so long."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def call() -> None:
        while (began := time.perf_counter()) < until:
            await charge(random.choice(users))
            taken.append(time.perf_counter() - began)

    began = time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(CALLERS):
            group.start_soon(call)
    elapsed = time.perf_counter() - began
    taken.sort()
    return Measured(len(taken) / elapsed, taken[math.ceil(len(taken) * 0.99) - 1] * 1000)


async def side_by_side(scenes: Sequence["Scene"], *, seconds: float) -> list[list[Measured]]:
    """Each side of each scene in turn, `ROUNDS` times: the median of its rounds. What else the machine does meanwhile
    is spread over all of them."""
    for scene in scenes:
        for charge in scene.sides:
            await measured(charge, scene.users, seconds=seconds / 4)  # plans, prepared statements, caches
    rounds = [
        [[await measured(charge, scene.users, seconds=seconds) for charge in scene.sides] for scene in scenes]
        for _ in range(ROUNDS)
    ]
    return [
        [_median([of_round[place][side] for of_round in rounds]) for side in range(len(scene.sides))]
        for place, scene in enumerate(scenes)
    ]


def _median(found: Sequence[Measured]) -> Measured:
    return Measured(statistics.median(one.per_second for one in found), statistics.median(one.p99_ms for one in found))


@dataclass(frozen=True)
class Scene:
    """So many entries in the ledger, these accounts, and the two sides on them."""

    entries: int
    users: Sequence[UserId]
    sides: Sequence[Charge]


# Grants of one coin, each a transaction with two entries: half of them of the hot account, the rest over the others.
_ACCOUNTS = "INSERT INTO users (id, email) SELECT id, 'x@example.com' FROM unnest($1::text[]) AS id"
_WALLETS = "INSERT INTO wallets (user_id) SELECT id FROM users"
_FILL = """
    WITH filled AS (
        SELECT id AS wallet_id, available, CASE WHEN user_id = 'hot' THEN $1::bigint ELSE $2::bigint END AS lines
        FROM wallets
    ), posted AS (
        INSERT INTO ledger_transactions (wallet_id, kind, amount, available_after, held_after, reference)
        SELECT filled.wallet_id, 'grant', 1, filled.available + line, 0, 'bulk:' || $3::text || ':' || line
        FROM filled CROSS JOIN LATERAL generate_series(1, filled.lines) AS line
        ORDER BY filled.wallet_id, line
        RETURNING id, wallet_id
    ), entered AS (
        INSERT INTO ledger_entries (wallet_id, transaction_id, account, amount)
        SELECT wallet_id, id, account, amount FROM posted
        CROSS JOIN (VALUES ('available', 1), ('issuance', -1)) AS entry (account, amount)
    )
    UPDATE wallets SET available = wallets.available + filled.lines FROM filled WHERE wallets.id = filled.wallet_id
"""


async def fill(connection: Any, *, entries: int) -> None:
    """Add consistent history until the ledger has so many entries in all."""
    there = await connection.fetchval("SELECT count(*) FROM ledger_entries")
    lines = max(entries - there, 0) // 2
    await connection.execute(_FILL, lines // 2, max(lines // 2 // ACCOUNTS, 1), str(entries))
    await connection.execute("VACUUM ANALYZE")


async def spendable(connection: Any) -> None:
    """One more grant each, so that nobody runs out."""
    await connection.execute("""
        WITH posted AS (
            INSERT INTO ledger_transactions (wallet_id, kind, amount, available_after, held_after, reference)
            SELECT id, 'grant', 100000000, available + 100000000, held, 'spendable' FROM wallets
            RETURNING id, wallet_id
        ), entered AS (
            INSERT INTO ledger_entries (wallet_id, transaction_id, account, amount)
            SELECT wallet_id, id, account, amount FROM posted
            CROSS JOIN (VALUES ('available', 100000000), ('issuance', -100000000)) AS entry (account, amount)
        )
        UPDATE wallets SET available = available + 100000000
    """)


async def bench(urls: Sequence[str], *, seconds: float, sizes: Sequence[int]) -> None:
    """One database for each size."""
    bounds = Bounds(statement_seconds=300, command_seconds=310, exchange_seconds=320)
    async with AsyncExitStack() as stack:
        scenes: list[Scene] = []
        databases: list[Database] = []
        for url, entries in zip(urls, sizes, strict=True):
            there = await prepare(url, entries=entries)
            db = await stack.enter_async_context(open_database(url, pool_size=CALLERS, bounds=bounds))
            vendor: Any = asyncpg  # it ships no types
            pool = await stack.enter_async_context(vendor.create_pool(url, min_size=CALLERS, max_size=CALLERS))
            databases.append(db)
            sides = (Ours(db).charge, Bare(pool).charge)
            scenes += [Scene(there, users, sides) for users in ([HOT], OTHERS)]
        show(scenes, await side_by_side(scenes, seconds=seconds))
        for db in databases:
            violations = await db.run_system(custody.check, sweep_seconds=600.0)
            print(f"invariants: {'; '.join(violation.name for violation in violations) or 'all hold'}")


async def prepare(url: str, *, entries: int) -> int:
    """Accounts with coins, and consistent history; how many entries there are."""
    async with connected(url) as connection:
        await connection.execute(_ACCOUNTS, [HOT, *OTHERS])
        await connection.execute(_WALLETS)
        await spendable(connection)
        await fill(connection, entries=entries)
        return await connection.fetchval("SELECT count(*) FROM ledger_entries")


def show(scenes: Sequence[Scene], results: Sequence[Sequence[Measured]]) -> None:
    print("| entries | accounts | ours /s | bare /s | ratio | ours p99 ms | bare p99 ms | ratio |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    worst = 0.0
    for scene, (ours, bare) in zip(scenes, results, strict=True):
        ratio = bare.per_second / ours.per_second
        worst = max(worst, ratio)
        print(
            f"| {scene.entries} | {len(scene.users)} | {ours.per_second:.0f} | {bare.per_second:.0f} | {ratio:.2f} "
            f"| {ours.p99_ms:.1f} | {bare.p99_ms:.1f} | {ours.p99_ms / bare.p99_ms:.2f} |"
        )
    print(f"\nworst ratio of charges per second: {worst:.2f} (wanted: at most {RATIO_MAX:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each of the three rounds of each side")
    parser.add_argument("--entries", type=int, nargs="+", default=[10_000, 1_000_000])
    given = parser.parse_args()
    with started_server() as server, ExitStack() as stack:
        urls = [stack.enter_context(server.database()) for _ in given.entries]
        for url in urls:
            migrate(url)
        anyio.run(partial(bench, urls, seconds=given.seconds, sizes=given.entries))  # asyncio, for asyncpg's sake


if __name__ == "__main__":
    main()
