"""What providers say, taken in once and applied with the coins it moves. All of it for `run_system`: an event comes
from nobody's own request, and may be about anybody's order."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from service.credits import operations as credits
from service.kernel.database import Transaction
from service.kernel.errors import NotFound
from service.payments import store
from service.payments.decision import Verdict, decide
from service.payments.model import Event, Happening, Occurrence, Order, Outcome

# An order has a handful of events; one with more that wait has something wrong with it, and a person to look at it.
WAITING_MAX = 50
# As many as an operator reads.
LISTED_MAX = 200

_log = structlog.get_logger("overture.payments")


async def receive(tx: Transaction, *, event: UUID, said: Occurrence) -> Outcome | None:
    """Keep a genuine event and apply it, in this transaction; None where it was taken in before.

    Copies that arrive together wait for the first one's end. It is parked where no order is known for it yet, or it
    comes before its time; the event that makes it applicable applies it.
    """
    if not await store.insert_event(tx, event, said):
        return None
    return await _settled(tx, event, said)


async def parked(tx: Transaction) -> Sequence[Event]:
    """What waits for its order, and what is flagged for a person; the oldest first, `LISTED_MAX` at most."""
    return await store.find_open_events(tx, limit=LISTED_MAX)


async def apply_again(tx: Transaction, *, event: UUID) -> Event:
    """Apply a parked or flagged event by the same rules once more; the event as it is then. Raises `NotFound`."""
    kept = await store.lock_open_event(tx, event)
    if kept is None:
        raise NotFound(f"No event {event} is parked or flagged.")
    outcome = await _settled(tx, event, kept.occurrence)
    still = await store.lock_open_event(tx, event)
    return still or Event(kept.id, kept.occurrence, outcome, "", kept.order, kept.received_at)


async def apply_waiting(tx: Transaction, order: Order) -> Order:
    """Apply what waits for this order, which is locked; the order afterwards."""
    for _ in range(WAITING_MAX):
        before = order
        for event in await store.lock_parked_events(tx, order, limit=WAITING_MAX):
            order = await _applied(tx, event.id, event.occurrence, order)
        if order == before:  # what is left waits for something else
            break
    return order


async def _settled(tx: Transaction, event: UUID, said: Occurrence) -> Outcome:
    await store.lock_keys(tx, said.keys)
    found = await store.lock_orders_named(tx, said)
    if len(found) == 1:
        verdict = decide(found[0], said)
        await _write(tx, event, found[0], verdict)
        if verdict.order != found[0]:
            await apply_waiting(tx, verdict.order)
        return verdict.outcome
    outcome, reason = _without_order(said, orders=len(found))
    await _settle(tx, event, outcome, reason, None)
    return outcome


def _without_order(said: Occurrence, *, orders: int) -> tuple[Outcome, str]:
    if orders:
        return Outcome.FLAGGED, f"it names {orders} orders"
    match said.happening:
        case Happening.NOTHING:
            return Outcome.IGNORED, said.note
        case Happening.STRANGE:
            return Outcome.FLAGGED, said.note
        case _:
            return Outcome.PARKED, "no order is known for it"


async def _applied(tx: Transaction, event: UUID, said: Occurrence, order: Order) -> Order:
    verdict = decide(order, said)
    await _write(tx, event, order, verdict)
    return verdict.order


async def _write(tx: Transaction, event: UUID, before: Order, verdict: Verdict) -> None:
    order = verdict.order
    if order != before:
        await store.update_order(tx, order)
    if order.user is not None and order.granted > before.granted:
        await credits.purchase(tx, user=order.user, coins=order.granted, reference=f"order:{order.id}")
    if order.user is not None and order.clawed_back > before.clawed_back:
        # The total names the refund: each coin of an order is taken back once, whatever is repeated.
        reference = f"refund:{order.id}:{order.clawed_back}"
        await credits.refund(tx, user=order.user, coins=order.clawed_back - before.clawed_back, reference=reference)
    await _settle(tx, event, verdict.outcome, verdict.reason, order)


async def _settle(tx: Transaction, event: UUID, outcome: Outcome, reason: str, order: Order | None) -> None:
    await store.settle_event(tx, event, outcome=outcome, reason=reason, order=order and order.id)
    if outcome is Outcome.FLAGGED:
        _log.warning("payment event flagged", payment_event=str(event), reason=reason, order=str(order and order.id))
