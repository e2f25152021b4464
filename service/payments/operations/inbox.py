"""What providers say, kept once and applied with the coins it moves. All of it for `run_system`: an event comes from
nobody's own request, and may be about anybody's order."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from service.credits import operations as credits
from service.kernel.database import Transaction
from service.kernel.errors import InvalidRequest, NotFound
from service.payments import store
from service.payments.model import (
    REVIEW_REASON_MAX_CHARACTERS,
    EventKind,
    EventNotAcceptable,
    InboxEvent,
    Order,
    OrderId,
    Outcome,
    ProviderEvent,
    Review,
)
from service.payments.transitions import Decision, decide

# An order has a handful of events; one with more that wait has something wrong with it, and a person to look at it.
WAITING_MAX = 50

_log = structlog.get_logger("overture.payments")


async def receive(tx: Transaction, *, id: UUID, event: ProviderEvent) -> Outcome | None:
    """Keep a genuine event and apply it, in this transaction; None where it was kept before.

    Copies that arrive together wait for the first one's end. It is parked where it comes before its time, or names an
    order of ours that is not known; the event or the order that makes it applicable applies it.
    """
    return await _apply(tx, id, event) if await store.insert_event(tx, id, event) else None


async def apply_again(tx: Transaction, *, id: UUID) -> InboxEvent:
    """Apply a parked or flagged event by the same rules once more; the event as it is then. Raises `NotFound`."""
    kept = await _lock_reviewable(tx, id)
    await _apply(tx, id, kept.event)
    return await _read(tx, id)


async def accept(tx: Transaction, *, id: UUID, reason: str, order: OrderId | None = None, review: UUID) -> InboxEvent:
    """Apply an event that the rules would not: an operator vouches that it is the order's, or names that order.

    The decision is written into the books as `review`, with the coins that it moved. Raises `NotFound`,
    `InvalidRequest` (the reason) and `EventNotAcceptable`.
    """
    reason = _check_reason(reason)
    kept = await _lock_reviewable(tx, id)
    event = kept.event if order is None else replace(kept.event, order=order)
    await store.lock_keys(tx, event.keys)
    before = _choose_order(await store.lock_orders_of_event(tx, event), event, order)
    decision = decide(before, event, is_accepted=True)
    if decision.order == before:
        raise EventNotAcceptable(f"Accepting it would change nothing: {decision.reason or 'it says nothing'}.")
    note = f"; {decision.reason}" if decision.reason else ""
    await _write(tx, id, before, Decision(Outcome.APPLIED, decision.order, f"accepted: {reason}{note}"))
    await store.insert_review(
        tx,
        id=review,
        event=id,
        decision=Review.ACCEPTED,
        reason=reason,
        coins=_coins_difference(before, decision.order),
    )
    await apply_waiting(tx, decision.order)
    return await _read(tx, id)


async def dismiss(tx: Transaction, *, id: UUID, reason: str, review: UUID) -> InboxEvent:
    """Close an event without applying it, as an operator decided; written into the books as `review`."""
    reason = _check_reason(reason)
    kept = await _lock_reviewable(tx, id)
    await store.settle_event(tx, id, outcome=Outcome.DISMISSED, reason=f"dismissed: {reason}", order=kept.order)
    await store.insert_review(tx, id=review, event=id, decision=Review.DISMISSED, reason=reason, coins=0)
    return await _read(tx, id)


async def apply_waiting(tx: Transaction, order: Order) -> Order:
    """Apply what waits for this order, which is locked; the order afterwards."""
    for _ in range(WAITING_MAX):
        before = order
        for waiting in await store.lock_waiting_events(tx, order, limit=WAITING_MAX):
            decision = decide(order, waiting.event)
            await _write(tx, waiting.id, order, decision)
            order = decision.order
        if order == before:  # what is left waits for something else
            break
    return order


async def _apply(tx: Transaction, id: UUID, event: ProviderEvent) -> Outcome:
    await store.lock_keys(tx, event.keys)
    orders = await store.lock_orders_of_event(tx, event)
    if len(orders) != 1:
        outcome, reason = _without_order(event, orders=len(orders))
        await _settle(tx, id, outcome, reason, None)
        return outcome
    decision = decide(orders[0], event)
    await _write(tx, id, orders[0], decision)
    if decision.order != orders[0]:
        await apply_waiting(tx, decision.order)
    return decision.outcome


def _without_order(event: ProviderEvent, *, orders: int) -> tuple[Outcome, str]:
    if event.kind is EventKind.NO_EFFECT:
        return Outcome.IGNORED, event.note
    if orders:
        return Outcome.FLAGGED, f"it names {orders} orders"
    if event.kind is EventKind.FOR_REVIEW:
        return Outcome.FLAGGED, event.note
    if event.order is not None:
        return Outcome.PARKED, "no order is known for it"
    return Outcome.UNMATCHED, "it names no order of ours"


def _choose_order(orders: Sequence[Order], event: ProviderEvent, named: OrderId | None) -> Order:
    """The one order that an accepted event is about."""
    found = [order for order in orders if named in (None, order.id)]
    if len(found) != 1:
        raise EventNotAcceptable(f"It names {len(found)} orders of ours; say which one it is about.")
    if any(order.payment_id == event.payment_id is not None for order in orders if order is not found[0]):
        raise EventNotAcceptable("Its payment has paid another order.")
    return found[0]


async def _write(tx: Transaction, id: UUID, before: Order, decision: Decision) -> None:
    order = decision.order
    if order != before:
        await store.update_order(tx, order)
    if order.user is not None and order.granted > before.granted:
        await credits.purchase(tx, user=order.user, coins=order.granted, reference=f"order:{order.id}")
    if order.user is not None and (coins := order.clawed_back - before.clawed_back):
        # The event names the refund: each is applied once, and takes or gives back once.
        move = credits.refund if coins > 0 else credits.reverse_refund
        await move(tx, user=order.user, coins=abs(coins), reference=f"refund:{order.id}:{id}")
    await _settle(tx, id, decision.outcome, decision.reason, order.id)


def _coins_difference(before: Order, after: Order) -> int:
    """Into the user's wallet; negative where they were taken."""
    if after.user is None:
        return 0
    return (after.granted - before.granted) - (after.clawed_back - before.clawed_back)


async def _settle(tx: Transaction, id: UUID, outcome: Outcome, reason: str, order: OrderId | None) -> None:
    await store.settle_event(tx, id, outcome=outcome, reason=reason, order=order)
    if outcome is Outcome.FLAGGED:
        _log.warning("payment event flagged", payment_event=str(id), reason=reason, order=str(order))


async def _lock_reviewable(tx: Transaction, id: UUID) -> InboxEvent:
    kept = await store.lock_reviewable_event(tx, id)
    if kept is None:
        raise NotFound(f"No event {id} is parked or flagged.")
    return kept


async def _read(tx: Transaction, id: UUID) -> InboxEvent:
    kept = await store.find_event(tx, id)
    if kept is None:
        raise LookupError(f"the event {id} vanished while it was locked")
    return kept


def _check_reason(reason: str) -> str:
    reason = reason.strip()
    if not 0 < len(reason) <= REVIEW_REASON_MAX_CHARACTERS or not reason.isprintable():
        raise InvalidRequest(f"A reason is 1 to {REVIEW_REASON_MAX_CHARACTERS} printable characters on one line.")
    return reason
