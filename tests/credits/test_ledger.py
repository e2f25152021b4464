"""The whole ledger against a model of a few lines: any sequence of verbs, every answer compared (Hypothesis)."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from service.credits import operations as credits
from service.credits.model import CreditsExhausted, HoldId, HoldNotOpen, Refund, TransactionKind
from service.credits.store import expire_holds, find_balance
from service.custody import operations as custody
from service.kernel.database import Database, Transaction, open_database
from service.kernel.identifiers import UserId
from tests.properties import examples

# About four seconds a backend.
EXAMPLES, STEPS = 25, 30

AMOUNTS = st.integers(0, 8)
# Few names, so that repeats are common.
NAMES = st.integers(0, 5)


@dataclass
class Model:
    available: int = 0
    debt: int = 0
    granted: set[int] = field(default_factory=set[int])
    purchased: set[int] = field(default_factory=set[int])
    refunded: dict[int, tuple[int, Refund]] = field(default_factory=dict[int, tuple[int, Refund]])
    # operation -> what is left of the hold: amount while open, else how it was settled
    reserved: dict[int, int] = field(default_factory=dict[int, int])
    settled: dict[int, Any] = field(default_factory=dict[int, Any])
    due: set[int] = field(default_factory=set[int])

    def open(self) -> set[int]:
        return self.reserved.keys() - self.settled.keys()

    def settle(self, name: int, how: Any, charged: int = 0) -> None:
        self.settled[name] = how
        self.gain(self.reserved[name] - charged)

    def gain(self, coins: int) -> None:
        paid = min(self.debt, coins)
        self.debt -= paid
        self.available += coins - paid

    def take_back(self, coins: int) -> Refund:
        clawed_back = min(self.available, coins)
        self.available -= clawed_back
        self.debt += coins - clawed_back
        return Refund(clawed_back, coins - clawed_back)

    def held(self) -> int:
        return sum(self.reserved[name] for name in self.open())


class Ledger(RuleBasedStateMachine):
    """Subclassed with the portal and the database it runs on."""

    portal: ClassVar[BlockingPortal]
    db: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.user = UserId(f"user {uuid4()}")
        self.model = Model()
        self.holds: dict[int, HoldId] = {}
        self.operations: dict[int, UUID] = {name: uuid4() for name in range(6)}
        self.ask(_empty_all)
        self.ask(_store, self.user)

    def ask(self, unit: Any, *args: Any, **kwargs: Any) -> Any:
        return self.portal.call(partial(self.db.run_system, unit, *args, **kwargs))

    @rule(name=NAMES, amount=st.integers(1, 10))
    def grant(self, name: int, amount: int) -> None:
        self.ask(credits.grant, user=self.user, amount=amount, kind=TransactionKind.GRANT, reference=f"gift:{name}")
        if name not in self.model.granted:
            self.model.granted.add(name)
            self.model.gain(amount)

    @rule(name=NAMES, coins=st.integers(1, 10))
    def purchase(self, name: int, coins: int) -> None:
        after = self.ask(credits.purchase, user=self.user, coins=coins, reference=f"order:{name}")
        if name not in self.model.purchased:
            self.model.purchased.add(name)
            self.model.gain(coins)
            assert (after.available, after.debt) == (self.model.available, self.model.debt)

    @rule(name=NAMES, coins=st.integers(1, 10))
    def refund(self, name: int, coins: int) -> None:
        model = self.model
        call = partial(self.ask, credits.refund, user=self.user, coins=coins, reference=f"refund:{name}")
        if name not in model.refunded:
            first = model.take_back(coins)
            model.refunded[name] = (coins, first)
            assert call() == first
        elif model.refunded[name][0] == coins:
            assert call() == model.refunded[name][1]
        else:
            with pytest.raises(ValueError, match="before"):
                call()

    @rule(name=NAMES, amount=AMOUNTS)
    def reserve(self, name: int, amount: int) -> None:
        model, hold = self.model, HoldId(uuid4())
        call = partial(
            self.ask, credits.reserve, user=self.user, amount=amount, operation=self.operations[name], hold=hold,
            expires_in_seconds=600.0,
        )  # fmt: skip
        if name in model.reserved and model.reserved[name] != amount:
            with pytest.raises(ValueError, match="before"):
                call()
        elif name not in model.reserved and amount > model.available:
            with pytest.raises(CreditsExhausted):
                call()
        elif name in model.reserved:
            assert call().id == self.holds[name]
        else:
            assert call().id == hold
            self.holds[name] = hold
            model.reserved[name] = amount
            model.available -= amount

    @rule(name=NAMES, amount=AMOUNTS, reference=st.sampled_from(["insights:1", "insights:2"]))
    def charge(self, name: int, amount: int, reference: str) -> None:
        model = self.model
        call = partial(
            self.ask, credits.charge, hold=self.holds.get(name, HoldId(uuid4())), amount=amount, reference=reference
        )
        if amount and model.settled.get(name) == (amount, reference):
            call()
        elif name not in model.open() or name in model.due:
            with pytest.raises(HoldNotOpen):
                call()
        elif amount > model.reserved[name]:
            with pytest.raises(ValueError, match="cannot be charged"):
                call()
        else:
            model.settle(name, (amount, reference) if amount else "released", amount)
            assert call().available == model.available

    @rule(name=NAMES)
    def release(self, name: int) -> None:
        is_open = name in self.model.open()
        assert self.ask(credits.release, hold=self.holds.get(name, HoldId(uuid4()))) is is_open
        if is_open:
            self.model.settle(name, "released")

    @rule(name=NAMES)
    def fall_due(self, name: int) -> None:
        if name in self.model.open():
            self.ask(_fall_due, self.holds[name])
            self.model.due.add(name)

    @rule()
    def sweep(self) -> None:
        due = self.model.open() & self.model.due
        assert self.ask(expire_holds, limit=100) == len(due)
        for name in due:
            self.model.settle(name, "expired")

    @invariant()
    def the_balance_is_the_model_s(self) -> None:
        found = self.ask(find_balance, user=self.user)
        assert (found.available, found.reserved) == (self.model.available, self.model.held())
        assert found.debt == self.model.debt

    def teardown(self) -> None:
        assert self.ask(custody.check, sweep_seconds=3600.0) == []


async def _empty_all(tx: Transaction) -> None:
    for table in ("ledger_entries", "ledger_transactions", "holds", "wallets", "users"):
        await tx.execute(text(f"DELETE FROM {table}"))


async def _store(tx: Transaction, user: UserId) -> None:
    await tx.execute(text("INSERT INTO users (id, email) VALUES (:id, 'x@example.com')"), {"id": user})
    await credits.open_wallet(tx, user=user)


async def _fall_due(tx: Transaction, hold: HoldId) -> None:
    await tx.execute(text("UPDATE holds SET expires_at = clock_timestamp() WHERE id = :id"), {"id": hold})


@pytest.mark.hypothesis
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_any_sequence_of_verbs_does_what_the_model_does(database_url: str, backend: str) -> None:
    with (
        start_blocking_portal(backend) as portal,
        portal.wrap_async_context_manager(open_database(database_url, pool_size=2)) as db,
    ):
        run_state_machine_as_test(
            type("BoundLedger", (Ledger,), {"portal": portal, "db": db}),
            settings=examples(EXAMPLES, stateful_step_count=STEPS),
        )
