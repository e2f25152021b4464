"""The isolation matrix: every two and every three of the verbs as concurrent transactions on connections of their own,
in every order of their steps. Whatever the order, what comes out is what some order one after another gives, and the
invariants hold."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations, combinations_with_replacement, permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from service.credits import operations as credits
from service.credits.model import Balance, CreditsExhausted, Hold, HoldId, HoldNotOpen, TransactionKind
from service.credits.store import expire_holds, find_balance
from service.custody import operations as custody
from service.kernel.database import Transaction, async_url
from service.kernel.identifiers import UserId
from tests.credits.schedules import Party, Verb, led, orders, say

pytestmark = pytest.mark.anyio

# Of each verb by itself, with its COMMIT; what a verb asks after a refusal comes at the end of the order.
STATEMENTS = {"reserve": 2, "charge": 2, "release": 2, "expire": 2, "refund": 3, "purchase": 3}
VERBS = tuple(STATEMENTS)
PAIRS = tuple(combinations_with_replacement(VERBS, 2))
TRIPLES = tuple(combinations(VERBS, 3))

REFUSALS = (CreditsExhausted, HoldNotOpen)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The parties are tasks of asyncio, which is where every unit of work runs on either backend."""
    return "asyncio"


@dataclass
class Case:
    """A wallet with 1 coin available and 3 held by a hold, which `is_due` or not; and the verbs that meet in it.

    A repeat of a verb is the very same call: the same operation, hold or reference.
    """

    is_due: bool
    user: UserId = field(default_factory=lambda: UserId(f"user {uuid4()}"))
    hold: HoldId = field(default_factory=lambda: HoldId(uuid4()))
    operation: UUID = field(default_factory=uuid4)

    async def begin(self, tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO users (id, email) VALUES (:id, 'x@example.com')"), {"id": self.user})
        await credits.grant(tx, user=self.user, amount=4, kind=TransactionKind.GRANT, reference="welcome")
        await credits.reserve(
            tx,
            user=self.user,
            amount=3,
            operation=uuid4(),
            hold=self.hold,
            expires_in_seconds=-1 if self.is_due else 600,
        )

    def verb(self, name: str) -> Verb:
        user, hold = self.user, self.hold
        match name:
            case "reserve":
                return partial(
                    credits.reserve,
                    user=user,
                    amount=2,
                    operation=self.operation,
                    hold=HoldId(uuid4()),
                    expires_in_seconds=600,
                )
            case "charge":
                return partial(credits.charge, hold=hold, amount=2, reference="insights:1")
            case "release":
                return partial(credits.release, hold=hold)
            case "expire":
                return partial(expire_holds, limit=100)
            case "refund":
                return partial(credits.refund, user=user, coins=3, reference="refund:1")
            case _:
                return partial(credits.purchase, user=user, coins=2, reference=f"order:{self.operation}")

    async def outcome(self, tx: Transaction, names: Sequence[str], answers: Sequence[Any]) -> tuple[Any, ...]:
        """What everybody was told, and what is in the wallet and in its ledger (in any order of its lines)."""
        balance = await find_balance(tx, user=self.user)
        lines = await tx.rows(
            text("""
                SELECT kind, amount FROM ledger_transactions JOIN wallets ON wallets.id = wallet_id
                WHERE user_id = :user
            """),
            {"user": self.user},
        )
        told = sorted((name, _comparable(answer)) for name, answer in zip(names, answers, strict=True))
        return tuple(told), balance, tuple(sorted((line.kind, line.amount) for line in lines))


def _comparable(answer: Any) -> str:
    """Balances differ with what else has happened, and are compared in the wallet; ids differ with the case."""
    match answer:
        case Balance():
            return "balance"
        case Hold():
            return f"hold of {answer.amount}"
        case _:
            return str(answer)


@dataclass
class Bench:
    """The connections: three for the parties, one that prepares and looks, one that sees who waits for whom."""

    parties: Sequence[AsyncConnection]
    looking: AsyncConnection
    observer: AsyncConnection

    async def once(self, unit: Any, *args: Any, **kwargs: Any) -> Any:
        await say(self.looking, "BEGIN")
        tx = Transaction(self.looking, before_each=lambda: None, exchange_seconds=10)
        answer = await unit(tx, *args, **kwargs)
        await say(self.looking, "COMMIT")
        return answer

    async def interleaved(
        self, names: Sequence[str], order: Sequence[int], *, is_due: bool, by_statement: bool
    ) -> tuple[Any, ...]:
        case = Case(is_due)
        await self.once(case.begin)
        verbs = [case.verb(name) for name in names]
        connections = self.parties[: len(names)]
        parties = [
            Party(connection, verb, refusals=REFUSALS, by_statement=by_statement)
            for connection, verb in zip(connections, verbs, strict=True)
        ]
        await led(parties, order, observer=self.observer)
        found = await self.once(case.outcome, names, [party.answer for party in parties])
        await self._swept()
        return found

    async def one_after_another(self, names: Sequence[str], *, is_due: bool) -> set[tuple[Any, ...]]:
        """What every order of whole transactions gives. A sweeper passes over a wallet that is locked: it may as well
        not have been there."""
        found: set[tuple[Any, ...]] = set()
        for order in set(permutations(names)):
            for idle in {False, "expire" in order}:
                case = Case(is_due)
                await self.once(case.begin)
                answers = [
                    0 if idle and name == "expire" else await self.once(_answer, case.verb(name)) for name in order
                ]
                found.add(await self.once(case.outcome, order, answers))
                await self._swept()
        return found

    async def _swept(self) -> None:
        """No due hold is left to the next case."""
        await self.once(expire_holds, limit=100)

    async def assert_sound(self) -> None:
        assert await self.once(custody.check, sweep_seconds=60) == []


async def _answer(tx: Transaction, verb: Verb) -> Any:
    try:
        return await verb(tx)
    except REFUSALS as refusal:
        return type(refusal).__name__


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    engine: AsyncEngine = create_async_engine(async_url(database_url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with AsyncExitStack() as open_connections:
        connections = [await open_connections.enter_async_context(engine.connect()) for _ in range(5)]
        yield Bench(connections[:3], connections[3], connections[4])
    await engine.dispose()


def due(names: Sequence[str]) -> tuple[bool, ...]:
    """An expired hold is of interest where there is a sweeper; one that is not, where the hold is settled otherwise."""
    return (True, False) if "expire" in names else (False,)


async def every_order(bench: Bench, names: Sequence[str], *, by_statement: bool) -> int:
    steps = [STATEMENTS[name] if by_statement else 2 for name in names]
    count = 0
    for is_due in due(names):
        allowed = await bench.one_after_another(names, is_due=is_due)
        for order in orders(steps):
            found = await bench.interleaved(names, order, is_due=is_due, by_statement=by_statement)
            assert found in allowed, (names, order, found, allowed)
            count += 1
    await bench.assert_sound()
    return count


@pytest.mark.parametrize("names", PAIRS, ids="-".join)
async def test_two_at_once_statement_by_statement(bench: Bench, names: tuple[str, str]) -> None:
    assert await every_order(bench, names, by_statement=True) >= 6


@pytest.mark.storm
@pytest.mark.parametrize("names", TRIPLES, ids="-".join)
async def test_three_at_once_verb_by_verb(bench: Bench, names: tuple[str, str, str]) -> None:
    assert await every_order(bench, names, by_statement=False) >= 90


def test_the_orders_are_all_of_them() -> None:
    assert len(set(orders((2, 2)))) == 6
    assert len(set(orders((3, 3)))) == 20
    assert len(set(orders((2, 2, 2)))) == 90
