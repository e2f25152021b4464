"""The tables of payments, and every statement that touches them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

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
from sqlalchemy.dialects.postgresql import insert

from service.kernel.database import Invariant, Transaction, exported
from service.kernel.identifiers import UserId
from service.payments.model import (
    OPEN_OUTCOMES,
    Event,
    Happening,
    Occurrence,
    Order,
    OrderId,
    Outcome,
    Provider,
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
    Column("refunded", BigInteger),
    Column("disputed", BigInteger),
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
    Column("kind", Text),
    Column("happening", Text),
    Column("occurred_at", DateTime(timezone=True)),
    Column("named_order", Uuid),
    Column("provider_order_id", Text),
    Column("payment_id", Text),
    Column("amount", BigInteger),
    Column("currency", Text),
    Column("is_live", Boolean),
    Column("account", Text),
    Column("note", Text),
    Column("outcome", Text),
    Column("reason", Text),
    Column("order_id", Uuid),
    Column("received_at", DateTime(timezone=True)),
)

EXPORTS = (exported("orders", select(orders), owner=orders.c.user_id, key=(orders.c.id,)),)

INVARIANTS = (
    Invariant(
        "orders-are-paid-by-one-payment-each",
        "A payment of a provider's pays one order, and an event of a provider's is kept once.",
        """
        SELECT format('payment %s of %s: %s orders', payment_id, provider, count(*)) AS detail
        FROM orders WHERE payment_id IS NOT NULL GROUP BY provider, payment_id HAVING count(*) > 1
        UNION ALL
        SELECT format('event %s of %s: kept %s times', event_id, provider, count(*))
        FROM payment_events GROUP BY provider, event_id HAVING count(*) > 1
        """,
    ),
)

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


async def lock_orders_named(tx: Transaction, said: Occurrence) -> Sequence[Order]:
    """Every order the event could be about: one, unless it is unknown, or names two."""
    named = _named(
        (orders.c.id, said.order),
        (orders.c.provider_order_id, said.provider_order_id),
        (orders.c.payment_id, said.payment_id),
    )
    matching = select(orders).where(orders.c.provider == said.provider, named)
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
            refunded=order.refunded,
            disputed=order.disputed,
            granted=order.granted,
            clawed_back=order.clawed_back,
            updated_at=func.clock_timestamp(),
        )
    )


async def expire_unpaid(tx: Transaction, *, older_than_seconds: float, limit: int) -> int:
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


async def insert_event(tx: Transaction, event: UUID, said: Occurrence) -> bool:
    """Write it into the inbox, parked; False where this event of the provider's is there. Waits for a copy that is
    being written at this moment."""
    inserting = insert(payment_events).values(
        id=event,
        provider=said.provider,
        event_id=said.event_id,
        kind=said.kind,
        happening=said.happening,
        occurred_at=said.occurred_at,
        named_order=said.order,
        provider_order_id=said.provider_order_id,
        payment_id=said.payment_id,
        amount=said.amount,
        currency=said.currency,
        is_live=said.is_live,
        account=said.account,
        note=said.note,
        outcome=Outcome.PARKED,
        reason="",
    )
    return await tx.execute(inserting.on_conflict_do_nothing(index_elements=["provider", "event_id"])) == 1


async def settle_event(tx: Transaction, event: UUID, *, outcome: Outcome, reason: str, order: OrderId | None) -> None:
    await tx.execute(
        update(payment_events)
        .where(payment_events.c.id == event)
        .values(outcome=outcome, reason=reason, order_id=order)
    )


async def lock_open_event(tx: Transaction, event: UUID) -> Event | None:
    """The event, if it is parked or flagged."""
    row = await tx.row(select(payment_events).where(payment_events.c.id == event, _is_open()).with_for_update())
    return None if row is None else _event(row)


async def lock_parked_events(tx: Transaction, order: Order, *, limit: int) -> Sequence[Event]:
    """Those that wait for this order, the earliest first. One that somebody else is applying is left to them."""
    named = _named(
        (payment_events.c.named_order, order.id),
        (payment_events.c.provider_order_id, order.provider_order_id),
        (payment_events.c.payment_id, order.payment_id),
    )
    rows = await tx.rows(
        select(payment_events)
        .where(payment_events.c.outcome == Outcome.PARKED, payment_events.c.provider == order.provider, named)
        .order_by(payment_events.c.occurred_at, payment_events.c.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_event(row) for row in rows]


async def find_open_events(tx: Transaction, *, limit: int) -> Sequence[Event]:
    """The oldest first."""
    listing = select(payment_events).where(_is_open()).order_by(payment_events.c.received_at).limit(limit)
    return [_event(row) for row in await tx.rows(listing)]


async def unlink_orders(tx: Transaction, user: UserId) -> None:
    await tx.execute(update(orders).where(orders.c.user_id == user).values(user_id=None))


def _named(*pairs: tuple[Column[Any], object]) -> ColumnElement[bool]:
    """By any of these; an id that is not known names nothing (`= None` would be IS NULL, and name many)."""
    return or_(false(), *(column == value for column, value in pairs if value is not None))


def _is_open() -> ColumnElement[bool]:
    return payment_events.c.outcome.in_(OPEN_OUTCOMES)


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
        refunded=row.refunded,
        disputed=row.disputed,
        granted=row.granted,
        clawed_back=row.clawed_back,
        created_at=row.created_at,
    )


def _event(row: Row[Any]) -> Event:
    said = Occurrence(
        provider=Provider(row.provider),
        event_id=row.event_id,
        kind=row.kind,
        happening=Happening(row.happening),
        occurred_at=row.occurred_at,
        order=None if row.named_order is None else OrderId(row.named_order),
        provider_order_id=row.provider_order_id,
        payment_id=row.payment_id,
        amount=row.amount,
        currency=row.currency,
        is_live=row.is_live,
        account=row.account,
        note=row.note,
    )
    order = None if row.order_id is None else OrderId(row.order_id)
    return Event(row.id, said, Outcome(row.outcome), row.reason, order, row.received_at)
