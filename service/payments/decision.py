"""What an event means for the order it is about. Pure: the caller writes what is decided here."""

from dataclasses import dataclass, replace

from service.payments.model import Happening, Occurrence, Order, Outcome, Status

# How far along an order is; it never goes back. A failed or expired order can still be paid: Razorpay reports each
# failed try of an order whose next one succeeds, and events come in any order. Money that arrived is a fact.
_RANK = {Status.CREATED: 0, Status.FAILED: 1, Status.EXPIRED: 1, Status.PAID: 2, Status.REFUNDED: 3}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`order` as it is afterwards; the coins to credit and to claw back are the differences to the order before."""

    outcome: Outcome
    order: Order
    reason: str = ""


def decide(order: Order, said: Occurrence) -> Verdict:
    """The order is locked and as it stands; the event is genuine and was not applied before."""
    if said.happening is Happening.NOTHING:
        return Verdict(Outcome.IGNORED, order, said.note)
    strange = said.note if said.happening is Happening.STRANGE else _mismatch(order, said)
    if strange:
        return Verdict(Outcome.FLAGGED, order, strange)
    match said.happening:
        case Happening.PAID:
            return _paid(order, said)
        case Happening.FAILED:
            return _ended(order, Status.FAILED)
        case Happening.EXPIRED:
            return _ended(order, Status.EXPIRED)
        case _:
            return _taken_back(order, said)


def _mismatch(order: Order, said: Occurrence) -> str:
    """Why this cannot be about this order, though it says so; empty if it can."""
    if said.account is not None:
        return "it is of another account"
    if said.is_live is not None and said.is_live != order.is_live:
        return f"it is of {'live' if said.is_live else 'test'} mode, the order is not"
    if said.provider_order_id and order.provider_order_id and said.provider_order_id != order.provider_order_id:
        return "it names another order of the provider's"
    if said.currency is not None and said.currency != order.currency:
        return f"its currency is {said.currency}, the order's {order.currency}"
    return "" if said.happening in {Happening.FAILED, Happening.EXPIRED} else _wrong_money(order, said)


def _wrong_money(order: Order, said: Occurrence) -> str:
    """About money, an event must say how much of which, and by which payment."""
    if said.amount is None or said.currency is None or said.payment_id is None:
        return "it does not say how much was moved, or by which payment"
    if said.happening is Happening.PAID and said.amount != order.amount:
        return f"its amount is {said.amount}, the order's {order.amount}"
    if said.amount > order.amount:
        return f"its amount is {said.amount}, more than the order's {order.amount}"
    if order.payment_id is not None and said.payment_id != order.payment_id:
        return "it is of another payment than the one the order was paid with"
    return ""


def _paid(order: Order, said: Occurrence) -> Verdict:
    if _RANK[order.status] >= _RANK[Status.PAID]:
        return Verdict(Outcome.IGNORED, order, "the order was paid before, by this payment")
    paid = replace(
        order,
        status=Status.PAID,
        payment_id=said.payment_id,
        provider_order_id=order.provider_order_id or said.provider_order_id,
    )
    if order.user is None:
        return Verdict(Outcome.FLAGGED, paid, "the account is gone: paid, and nobody to give the coins to")
    return Verdict(Outcome.APPLIED, replace(paid, granted=order.coins))


def _ended(order: Order, status: Status) -> Verdict:
    if order.status is not Status.CREATED:
        return Verdict(Outcome.IGNORED, order, f"the order was {order.status} before")
    return Verdict(Outcome.APPLIED, replace(order, status=status))


def _taken_back(order: Order, said: Occurrence) -> Verdict:
    """Refunds and disputes: totals, so that repeats and other orders of arrival come to the same."""
    if _RANK[order.status] < _RANK[Status.PAID]:
        return Verdict(Outcome.PARKED, order, "the order is not paid yet")
    total = said.amount or 0
    if said.happening is Happening.REFUNDED:
        changed = replace(order, refunded=max(order.refunded, total))
    else:
        changed = replace(order, disputed=max(order.disputed, total))
    if changed == order:
        return Verdict(Outcome.IGNORED, order, "so much was taken back before")
    lost = min(order.amount, changed.refunded + changed.disputed)
    changed = replace(
        changed,
        status=Status.REFUNDED if lost == order.amount else order.status,
        clawed_back=order.granted * lost // order.amount,
    )
    return Verdict(Outcome.APPLIED, changed)
