"""The verbs of payments over real PostgreSQL: what comes before its order, what is applied again, what is left."""

from functools import partial
from typing import Any
from uuid import uuid4

import anyio
import pytest
from sqlalchemy import text

from service.adapters.stripe import CheckoutSession, Sale
from service.adapters.stripe.scripted import ScriptedStripe, session_id
from service.credits.store import find_balance
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import Window
from service.kernel.errors import InvalidRequest, NotFound
from service.kernel.identifiers import Identifiers, UserId
from service.payments import operations as payments
from service.payments import store
from service.payments.model import (
    EventKind,
    EventNotAcceptable,
    InboxEvent,
    OpenedCheckout,
    Order,
    OrderId,
    Outcome,
    Provider,
    ProviderEvent,
    Status,
)
from service.payments.operations import Providers
from tests.credits.wallets import ADA, BOB, acting, assert_sound, balance, charge, give, reserve
from tests.interrupted import cancelled_at_each_statement
from tests.payments.shopping import count, events, purchases
from tests.web.application import CLOCK

pytestmark = pytest.mark.anyio
IDS = Identifiers(CLOCK)


def paid(order: OrderId | None = None, *, event: str = "evt_1", **more: Any) -> ProviderEvent:
    fields: dict[str, Any] = {
        "provider": Provider.STRIPE,
        "event_id": event,
        "type": "checkout.session.completed",
        "kind": EventKind.PAID,
        "occurred_at": CLOCK.now(),
        "order": order,
        "payment_id": "pi_1",
        "amount": 1499,
        "currency": "USD",
        "is_live": False,
    }
    return ProviderEvent(**(fields | more))


async def receive(db: Database, event: ProviderEvent) -> Outcome | None:
    return await db.run_system(payments.receive, id=IDS.uuid7(), event=event)


async def open_events(db: Database) -> list[InboxEvent]:
    """What a person should look at."""
    return list((await db.run_system(store.list_events, window=Window(limit=100))).rows)


async def forget(_tx: Transaction, _order: Order, _opened: OpenedCheckout) -> None:
    """The memory of those who sent no key."""


async def create(db: Database, stripe: ScriptedStripe, *, user: UserId = ADA, remember: Any = forget) -> Order:
    with acting(user):
        order, _ = await payments.create(
            user=user,
            package="plus",
            provider=Provider.STRIPE,
            currency=None,
            return_url="https://overture.example/",
            db=db,
            providers=Providers(stripe=stripe),
            identifiers=IDS,
            clock=CLOCK,
            remember=remember,
        )
    return order


class BusyStripe(ScriptedStripe):
    """Tells `meanwhile` of each session before it is answered with."""

    def __init__(self, meanwhile: Any) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def create_checkout(self, sale: Sale) -> CheckoutSession:
        session = await super().create_checkout(sale)
        await self._meanwhile(sale)
        return session


async def test_an_event_may_come_before_the_order_call_returns(db: Database) -> None:
    """By our own id it is applied at once; by the provider's alone it waits for us to learn that."""
    for number, by_our_id in enumerate((True, False)):
        user = (ADA, BOB)[number]
        await give(db, 0, user=user)
        seen: list[Outcome | None] = []

        async def tell(sale: Sale, number: int = number, *, by_our_id: bool = by_our_id) -> None:
            named: dict[str, Any] = {"order": OrderId(sale.order)} if by_our_id else {}
            said = paid(event=f"evt_{number}", payment_id=f"pi_{number}", provider_order_id=session_id(sale), **named)
            seen.append(await receive(db, said))  # noqa: B023 (called within the round)

        order = await create(db, BusyStripe(tell), user=user)
        assert seen == [Outcome.APPLIED if by_our_id else Outcome.UNMATCHED]
        assert order.status is Status.PAID
        assert (await balance(db, user=user))[1] == 100
    assert [outcome for _, outcome, _ in await events(db)] == ["applied", "applied"]
    await assert_sound(db)


async def test_an_event_of_an_unknown_order_is_parked_and_can_be_applied_again(db: Database) -> None:
    await give(db, 0)
    order = OrderId(uuid4())
    assert await receive(db, paid(order)) is Outcome.PARKED
    assert await receive(db, paid(order)) is None
    (event,) = await open_events(db)
    assert event.reason == "no order is known for it"
    still = await db.run_system(payments.apply_again, id=event.id)
    assert still.outcome is Outcome.PARKED
    await db.run_system(_sell, order)
    now = await db.run_system(payments.apply_again, id=event.id)
    assert (now.outcome, now.id) == (Outcome.APPLIED, event.id)
    assert await open_events(db) == []
    with pytest.raises(NotFound):
        await db.run_system(payments.apply_again, id=event.id)
    assert await purchases(db) == [("purchase", 100)]
    await assert_sound(db)


async def test_a_flagged_event_is_flagged_again_until_it_is_right(db: Database) -> None:
    await give(db, 0)
    order = OrderId(uuid4())
    await db.run_system(_sell, order)
    assert await receive(db, paid(order, amount=1)) is Outcome.FLAGGED
    (event,) = await open_events(db)
    again = await db.run_system(payments.apply_again, id=event.id)
    assert (again.outcome, again.reason) == (Outcome.FLAGGED, "its amount is 1, the order's 1499")
    assert (await balance(db))[1] == 0


async def reviews(db: Database) -> list[tuple[str, str, int]]:
    async def find(tx: Transaction) -> list[tuple[str, str, int]]:
        rows = await tx.rows(text("SELECT decision, reason, coins FROM payment_reviews ORDER BY reviewed_at"))
        return [(row.decision, row.reason, row.coins) for row in rows]

    return await db.run_system(find)


async def test_what_an_operator_decides_is_an_entry_in_the_books(db: Database) -> None:
    await give(db, 0)
    order, other = OrderId(uuid4()), OrderId(uuid4())
    for one in (order, other):
        await db.run_system(_sell, one)
    await receive(db, paid(order, amount=1))
    await receive(db, paid(other, event="evt_2", payment_id="pi_2", currency="EUR"))
    newer, older = await open_events(db)
    assert [event.event.order for event in (newer, older)] == [other, order]
    for reason in ("", " ", "x" * 501, "two\nlines"):
        with pytest.raises(InvalidRequest):
            await db.run_system(payments.accept, id=older.id, reason=reason, review=IDS.uuid7())

    accepted = await db.run_system(payments.accept, id=older.id, reason="paid the rest in cash", review=IDS.uuid7())
    assert (accepted.outcome, accepted.order) == (Outcome.APPLIED, order)
    assert accepted.reason == "accepted: paid the rest in cash; paid 1 USD for 1499 USD"
    dismissed = await db.run_system(payments.dismiss, id=newer.id, reason="refunded by hand", review=IDS.uuid7())
    assert (dismissed.outcome, dismissed.reason) == (Outcome.DISMISSED, "dismissed: refunded by hand")
    assert await reviews(db) == [("accepted", "paid the rest in cash", 100), ("dismissed", "refunded by hand", 0)]
    assert (await balance(db))[1] == 100
    for decide in (payments.accept, payments.dismiss):
        with pytest.raises(NotFound):
            await db.run_system(decide, id=older.id, reason="again", review=IDS.uuid7())
    await assert_sound(db)


async def test_an_event_that_names_no_order_is_accepted_as_of_one(db: Database) -> None:
    await give(db, 0)
    order, other = OrderId(uuid4()), OrderId(uuid4())
    for one in (order, other):
        await db.run_system(_sell, one)
    await receive(db, paid(event="evt_1", payment_id="pi_1"))
    (unmatched,) = (await db.run_system(store.list_events, window=Window(limit=9), outcomes=(Outcome.UNMATCHED,))).rows
    accept = partial(payments.accept, id=unmatched.id, reason="its metadata was lost")
    with pytest.raises(EventNotAcceptable, match="0 orders"):
        await db.run_system(accept, review=IDS.uuid7())
    accepted = await db.run_system(accept, order=order, review=IDS.uuid7())
    assert (accepted.outcome, accepted.order, (await balance(db))[1]) == (Outcome.APPLIED, order, 100)
    await receive(db, paid(other, event="evt_2", payment_id="pi_1"))
    (flagged,) = await open_events(db)
    assert flagged.reason == "it names 2 orders"
    with pytest.raises(EventNotAcceptable, match="paid another order"):
        await db.run_system(payments.accept, id=flagged.id, reason="why not", order=other, review=IDS.uuid7())
    await assert_sound(db)


async def test_left_at_any_statement_an_acceptance_changes_nothing(db: Database) -> None:
    await give(db, 0)
    order = OrderId(uuid4())
    await db.run_system(_sell, order)
    await receive(db, paid(order, amount=1))
    (flagged,) = await open_events(db)

    async def unit(tx: Transaction) -> None:
        await payments.accept(tx, id=flagged.id, reason="why not", review=IDS.uuid7())

    async def nothing_stayed() -> None:
        assert await open_events(db) == [flagged]
        assert await reviews(db) == await purchases(db) == []

    assert await cancelled_at_each_statement(_AsOwner(db), unit, nothing_stayed) >= 7
    await assert_sound(db)


async def test_a_dispute_that_knows_the_payment_alone_waits_for_it(db: Database) -> None:
    await give(db, 0)
    order = OrderId(uuid4())
    await db.run_system(_sell, order)
    dispute = paid(None, event="evt_2", kind=EventKind.DISPUTED, subject_id="dp_1")
    assert await receive(db, dispute) is Outcome.UNMATCHED
    assert await receive(db, paid(order)) is Outcome.APPLIED
    assert [outcome for _, outcome, _ in await events(db)] == ["applied", "applied"]
    assert await purchases(db) == [("purchase", 100), ("refund", -100)]
    await assert_sound(db)


async def test_coins_that_are_spent_become_a_debt(db: Database) -> None:
    await give(db, 0)
    order = OrderId(uuid4())
    await db.run_system(_sell, order)
    await receive(db, paid(order))
    await charge(db, await reserve(db, 60), 60)
    await receive(db, paid(order, event="evt_2", kind=EventKind.REFUNDED))
    with acting(ADA):
        after = await db.read(find_balance, user=ADA)
    assert (after.available, after.debt) == (0, 60)
    await assert_sound(db)


async def test_an_event_left_at_any_statement_leaves_nothing(db: Database) -> None:
    await give(db, 0)
    order = OrderId(uuid4())
    await db.run_system(_sell, order)

    async def nothing_stayed() -> None:
        assert await count(db, "payment_events") == 0
        assert await count(db, "orders WHERE status = 'created'") == 1
        assert await purchases(db) == []

    async def unit(tx: Transaction) -> None:
        await payments.receive(tx, id=IDS.uuid7(), event=paid(order))

    as_owner = _AsOwner(db)
    statements = await cancelled_at_each_statement(as_owner, unit, nothing_stayed)
    assert statements >= 7
    assert await receive(db, paid(order)) is Outcome.APPLIED
    await assert_sound(db)


async def test_a_caller_who_leaves_while_the_provider_is_asked(db: Database) -> None:
    """The order stays as it was placed, paid by nobody; and if somebody does pay it, it counts."""
    await give(db, 0)
    sales: list[Sale] = []

    async def silence(sale: Sale) -> None:
        sales.append(sale)
        scope.cancel()
        await anyio.sleep_forever()

    with anyio.fail_after(30), anyio.CancelScope() as scope:
        await create(db, BusyStripe(silence))
    assert scope.cancelled_caught
    assert await count(db, "orders WHERE status = 'created' AND provider_order_id IS NULL") == 1
    assert db.pool_state().checked_out == 0
    said = paid(OrderId(sales[0].order), provider_order_id=session_id(sales[0]))
    assert await receive(db, said) is Outcome.APPLIED
    await assert_sound(db)


async def test_an_answer_that_cannot_be_remembered_leaves_the_order_open(db: Database) -> None:
    await give(db, 0)

    async def fail(_tx: Transaction, _order: Order, _opened: OpenedCheckout) -> None:
        raise NotFound("the key was taken over")

    with pytest.raises(NotFound):
        await create(db, ScriptedStripe(), remember=fail)
    assert await count(db, "orders WHERE provider_order_id IS NULL") == 1


async def test_the_wall_hides_orders_and_the_inbox(db: Database) -> None:
    await give(db, 0)
    await give(db, 0, user=BOB)
    order = await create(db, ScriptedStripe())
    with acting(BOB):
        assert await db.read(store.find_order, ADA, order.id) is None
    with acting(ADA):
        assert await db.read(store.find_order, ADA, order.id) is not None
        with pytest.raises(Exception, match="permission denied"):
            await db.run(store.list_events, window=Window(limit=1))
    assert await db.run_system(store.find_order, BOB, order.id) is None  # the first wall, without the second
    assert await db.run_system(store.lock_order, BOB, order.id) is None


async def test_what_a_person_is_given_and_taken_out_of(db: Database) -> None:
    await give(db, 0)
    order = await create(db, ScriptedStripe())
    (table,) = payments.EXPORTS
    page = await db.run_system(table.page, ADA, None)
    assert (table.name, page.after) == ("orders", None)
    assert [row["id"] for row in page.rows] == [order.id]
    assert await db.run_system(payments.erase, ADA) == {}
    assert (await db.run_system(table.page, ADA, None)).rows == []
    assert await count(db, "orders WHERE user_id IS NULL") == 1


class _AsOwner(Database):
    """`run` as the owner, for the one helper that speaks of `run`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        return await self._db.run_system(unit, *args, **kwargs)

    def pool_state(self) -> Any:
        return self._db.pool_state()


async def _sell(tx: Transaction, order: OrderId) -> None:
    sold = Order(
        id=order,
        user=ADA,
        provider=Provider.STRIPE,
        package="plus",
        coins=100,
        amount=1499,
        currency="USD",
        is_live=False,
        created_at=CLOCK.now(),
    )
    await store.insert_order(tx, sold)


async def test_an_event_and_the_order_s_completion_do_not_miss_each_other(db: Database) -> None:
    """The event knows the provider's id alone, and arrives while that is being written: applied, in either order."""
    await give(db, 0)
    rounds = 20

    async def tell(number: int, sale: Sale) -> None:
        said = paid(event=f"evt_{number}", payment_id=f"pi_{number}", provider_order_id=session_id(sale))
        await receive(db, said)

    async with anyio.create_task_group() as group:
        for number in range(rounds):

            async def meanwhile(sale: Sale, number: int = number) -> None:
                group.start_soon(tell, number, sale)

            group.start_soon(partial(create, db, BusyStripe(meanwhile)))
    assert [outcome for _, outcome, _ in await events(db)] == ["applied"] * rounds
    assert (await balance(db))[1] == rounds * 100
    await assert_sound(db)
