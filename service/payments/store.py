"""The tables of payments, and every statement that touches them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    MetaData,
    Row,
    Table,
    Text,
    Uuid,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.kernel.database import Invariant, Transaction, export_of, read_page
from service.kernel.database.paging import Listed, Window
from service.kernel.identifiers import UserId
from service.payments.model import (
    OPEN_OUTCOMES,
    WAITING_OUTCOMES,
    Dispute,
    EventKind,
    InboxEvent,
    Order,
    OrderId,
    Outcome,
    Provider,
    ProviderEvent,
    Review,
    Status,
)

metadata = MetaData()

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text),
    Column("provider", Text),
    Column("provider_order_id", Text),
    Column("payment_id", Text),
    Column("status", Text),
    Column("package_id", Text),
    Column("coins", BigInteger),
    Column("amount", BigInteger),
    Column("currency", Text),
    Column("is_live", Boolean),
    Column("paid_amount", BigInteger),
    Column("paid_currency", Text),
    Column("refunded", BigInteger),
    Column("failed_refunds", JSONB),
    Column("disputes", JSONB),
    Column("granted", BigInteger),
    Column("clawed_back", BigInteger),
    Column("created_at", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True)),
)

payment_events = Table(
    "payment_events",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("provider", Text),
    Column("event_id", Text),
    Column("digest", Text),
    Column("type", Text),
    Column("kind", Text),
    Column("occurred_at", DateTime(timezone=True)),
    Column("named_order", Uuid),
    Column("provider_order_id", Text),
    Column("payment_id", Text),
    Column("subject_id", Text),
    Column("amount", BigInteger),
    Column("currency", Text),
    Column("paid_amount", BigInteger),
    Column("paid_currency", Text),
    Column("is_live", Boolean),
    Column("account", Text),
    Column("note", Text),
    Column("outcome", Text),
    Column("reason", Text),
    Column("order_id", Uuid),
    Column("received_at", DateTime(timezone=True)),
)

payment_reviews = Table(
    "payment_reviews",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("event_id", Uuid),
    Column("decision", Text),
    Column("reason", Text),
    Column("coins", BigInteger),
    Column("reviewed_at", DateTime(timezone=True)),
)

EXPORTS = (export_of("orders", select(orders), owner=orders.c.user_id, key=(orders.c.id,)),)

INVARIANTS = (
    Invariant(
        "orders-are-paid-by-one-payment-each",
        "A payment of a provider's pays one order, and an event of a provider's is kept once.",
        """
        SELECT format('payment %s of %s: %s orders', payment_id, provider, count(*)) AS detail
        FROM orders WHERE payment_id IS NOT NULL GROUP BY provider, payment_id HAVING count(*) > 1
        UNION ALL
        SELECT format('event %s of %s: kept %s times', event_id, provider, count(*))
        FROM payment_events GROUP BY provider, event_id, digest HAVING count(*) > 1
        """,
    ),
    Invariant(
        "reviews-are-carried-out",
        "An event that an operator decided about was decided about once, and is what the decision says.",
        """
        SELECT format('event %s: %s, reviewed as %s', event.id, event.outcome, coalesce(review.decisions, 'nothing'))
            AS detail
        FROM payment_events AS event
        LEFT JOIN (
            SELECT event_id, string_agg(decision, ' ') AS decisions FROM payment_reviews GROUP BY event_id
        ) AS review ON review.event_id = event.id
        WHERE (event.outcome = 'dismissed' OR review.decisions IS NOT NULL)
          AND review.decisions IS DISTINCT FROM
              CASE event.outcome WHEN 'applied' THEN 'accepted' WHEN 'dismissed' THEN 'dismissed' END
        """,
    ),
)

# The fields of a `ProviderEvent` that have a column of their name: all but the order it names.
_EVENT_FIELDS = tuple(field.name for field in dataclasses.fields(ProviderEvent) if field.name != "order")

# Any number that is not another's in this database: the lock is of (this, the key's hash).
_KEYS_LOCK = 0x0C_05_9A_11


async def insert_order(tx: Transaction, order: Order) -> None:
    await tx.execute(
        insert(orders).values(
            id=order.id,
            user_id=order.user,
            provider=order.provider,
            status=order.status,
            package_id=order.package,
            coins=order.coins,
            amount=order.amount,
            currency=order.currency,
            is_live=order.is_live,
            created_at=order.created_at,
        )
    )


async def find_order(tx: Transaction, user: UserId, order: OrderId) -> Order | None:
    row = await tx.row(select(orders).where(orders.c.user_id == user, orders.c.id == order))
    return None if row is None else _order(row)


async def lock_order(tx: Transaction, user: UserId, order: OrderId) -> Order | None:
    row = await tx.row(select(orders).where(orders.c.user_id == user, orders.c.id == order).with_for_update())
    return None if row is None else _order(row)


async def lock_orders_of_event(tx: Transaction, event: ProviderEvent) -> Sequence[Order]:
    """Every order the event could be about: one, unless it is unknown, or names two."""
    named = _by_any(
        (orders.c.id, event.order),
        (orders.c.provider_order_id, event.provider_order_id),
        (orders.c.payment_id, event.payment_id),
    )
    matching = select(orders).where(orders.c.provider == event.provider, named)
    return [_order(row) for row in await tx.rows(matching.order_by(orders.c.id).with_for_update())]


async def lock_keys(tx: Transaction, keys: Sequence[str]) -> None:
    """Hold what an event or an order is known by until the transaction ends, so that an event which finds no order
    and an order which finds no event cannot both be true. `keys` are sorted: nobody waits in a circle."""
    locking = text("SELECT pg_advisory_xact_lock(:room, hashtext(:key))")
    for key in keys:
        await tx.execute(locking, {"room": _KEYS_LOCK, "key": key})


async def update_order(tx: Transaction, order: Order) -> None:
    await tx.execute(
        update(orders)
        .where(orders.c.id == order.id)
        .values(
            provider_order_id=order.provider_order_id,
            payment_id=order.payment_id,
            status=order.status,
            paid_amount=order.paid_amount,
            paid_currency=order.paid_currency,
            refunded=order.refunded,
            failed_refunds=order.failed_refunds,
            disputes=msgspec.to_builtins(order.disputes),
            granted=order.granted,
            clawed_back=order.clawed_back,
            updated_at=func.clock_timestamp(),
        )
    )


async def expire_orders(tx: Transaction, *, older_than_seconds: float, limit: int) -> int:
    """Mark orders that nobody has paid in that time, by the database's clock; how many there were.

    Those that an event is being applied to, or that are being completed, are left for the next time.
    """
    oldest = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
    due = (
        select(orders.c.id)
        .where(orders.c.status == Status.CREATED, orders.c.created_at < oldest)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    expiring = (
        update(orders).where(orders.c.id.in_(due)).values(status=Status.EXPIRED, updated_at=func.clock_timestamp())
    )
    return await tx.execute(expiring)


async def insert_event(tx: Transaction, id: UUID, event: ProviderEvent) -> bool:
    """Write it into the inbox, parked; False where this event of the provider's is there. Waits for a copy that is
    being written at this moment."""
    fields = {name: getattr(event, name) for name in _EVENT_FIELDS}
    inserting = insert(payment_events).values(
        id=id, named_order=event.order, outcome=Outcome.PARKED, reason="", **fields
    )
    unless_kept = inserting.on_conflict_do_nothing(index_elements=["provider", "event_id", "digest"])
    return await tx.execute(unless_kept) == 1


async def settle_event(tx: Transaction, id: UUID, *, outcome: Outcome, reason: str, order: OrderId | None) -> None:
    settling = update(payment_events).where(payment_events.c.id == id)
    await tx.execute(settling.values(outcome=outcome, reason=reason, order_id=order))


async def find_event(tx: Transaction, id: UUID) -> InboxEvent | None:
    row = await tx.row(select(payment_events).where(payment_events.c.id == id))
    return None if row is None else _inbox_event(row)


async def lock_reviewable_event(tx: Transaction, id: UUID) -> InboxEvent | None:
    """The event, if it is flagged, parked or unmatched."""
    is_reviewable = payment_events.c.outcome.in_((*OPEN_OUTCOMES, Outcome.UNMATCHED))
    row = await tx.row(select(payment_events).where(payment_events.c.id == id, is_reviewable).with_for_update())
    return None if row is None else _inbox_event(row)


async def lock_waiting_events(tx: Transaction, order: Order, *, limit: int) -> Sequence[InboxEvent]:
    """Those that wait for this order, the earliest first. One that somebody else is applying is left to them."""
    named = _by_any(
        (payment_events.c.named_order, order.id),
        (payment_events.c.provider_order_id, order.provider_order_id),
        (payment_events.c.payment_id, order.payment_id),
    )
    rows = await tx.rows(
        select(payment_events)
        .where(payment_events.c.outcome.in_(WAITING_OUTCOMES), payment_events.c.provider == order.provider, named)
        .order_by(payment_events.c.occurred_at, payment_events.c.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_inbox_event(row) for row in rows]


async def list_events(
    tx: Transaction, *, window: Window, outcomes: Sequence[Outcome] = OPEN_OUTCOMES
) -> Listed[InboxEvent]:
    """Those with such outcomes (what a person should look at): the flagged first, and of each the newest first."""
    events = payment_events.c
    matching = select(payment_events).where(events.outcome.in_(outcomes))
    keys = (events.outcome == Outcome.FLAGGED, events.received_at, events.id)
    return await read_page(tx, matching, keys=keys, item=_inbox_event, window=window)


async def count_open_events(tx: Transaction) -> Mapping[Outcome, int]:
    """How many are flagged, and how many parked."""
    counting = select(payment_events.c.outcome, func.count().label("events"))
    counting = counting.where(payment_events.c.outcome.in_(OPEN_OUTCOMES)).group_by(payment_events.c.outcome)
    counted = {row.outcome: row.events for row in await tx.rows(counting)}
    return {outcome: counted.get(outcome, 0) for outcome in OPEN_OUTCOMES}


async def insert_review(tx: Transaction, *, id: UUID, event: UUID, decision: Review, reason: str, coins: int) -> None:
    """What was decided about an event, and by how many coins that changed a wallet."""
    values = {"id": id, "event_id": event, "decision": decision, "reason": reason, "coins": coins}
    await tx.execute(insert(payment_reviews).values(values))


async def unlink_orders(tx: Transaction, user: UserId) -> None:
    await tx.execute(update(orders).where(orders.c.user_id == user).values(user_id=None))


def _by_any(*pairs: tuple[Column[Any], object]) -> ColumnElement[bool]:
    """By any of these; an id that is not known names nothing (`= None` would be IS NULL, and name many)."""
    return or_(false(), *(column == value for column, value in pairs if value is not None))


def _order(row: Row[Any]) -> Order:
    return Order(
        id=OrderId(row.id),
        user=None if row.user_id is None else UserId(row.user_id),
        provider=Provider(row.provider),
        provider_order_id=row.provider_order_id,
        payment_id=row.payment_id,
        status=Status(row.status),
        package=row.package_id,
        coins=row.coins,
        amount=row.amount,
        currency=row.currency,
        is_live=row.is_live,
        paid_amount=row.paid_amount,
        paid_currency=row.paid_currency,
        refunded=row.refunded,
        failed_refunds=row.failed_refunds,
        disputes=msgspec.convert(row.disputes, dict[str, Dispute]),
        granted=row.granted,
        clawed_back=row.clawed_back,
        created_at=row.created_at,
    )


def _inbox_event(row: Row[Any]) -> InboxEvent:
    fields = {name: getattr(row, name) for name in _EVENT_FIELDS}
    fields |= {"provider": Provider(row.provider), "kind": EventKind(row.kind), "order": row.named_order}
    return InboxEvent(row.id, ProviderEvent(**fields), Outcome(row.outcome), row.reason, row.order_id, row.received_at)
