"""What an event means for the order it is about. Pure: the caller writes what is decided here."""

from dataclasses import dataclass, replace

from service.payments.model import Dispute, EventKind, Order, Outcome, Provider, ProviderEvent, Status

# How far along an order is. A failed or expired order can still be paid: Razorpay reports each failed try of an order
# whose next one succeeds, and events come in any order. Money that arrived is a fact.
_RANK = {Status.CREATED: 0, Status.FAILED: 1, Status.EXPIRED: 1, Status.PAID: 2, Status.REFUNDED: 3}

_ENDINGS = {EventKind.FAILED: Status.FAILED, EventKind.EXPIRED: Status.EXPIRED}
_UNSAID = "it does not say how much was moved, or by which payment"
# Accepting such an event gives the coins back; dismissing it leaves them taken, and the payer is paid otherwise.
_REFUND_FAILED = "a refund failed: the payer did not get the money, and the coins were taken back"
_SECOND_PAYMENT = "it is of another payment than the one the order was paid with"


@dataclass(frozen=True, slots=True)
class Decision:
    """`order` as it is afterwards; the coins to credit and to take back are the differences to the order before."""

    outcome: Outcome
    order: Order
    reason: str = ""


def decide(order: Order, event: ProviderEvent, *, is_accepted: bool = False) -> Decision:
    """The order is locked and as it stands; the event is genuine and was not applied before.

    `is_accepted`: an operator vouches that it is the order's, whatever differs.
    """
    if not is_accepted and (objection := _objection(order, event)):
        return objection
    match event.kind:
        case EventKind.NO_EFFECT:
            return Decision(Outcome.IGNORED, order, event.note)
        case EventKind.FOR_REVIEW:
            return Decision(Outcome.FLAGGED, order, event.note)
        case EventKind.PAID:
            return _pay(order, event)
        case EventKind.FAILED | EventKind.EXPIRED:
            return _end(order, event)
        case _:
            return _take_or_give_back(order, event)


def _objection(order: Order, event: ProviderEvent) -> Decision | None:
    """Why it is not applied: it cannot be about this order, though it says so, or needs a person's judgement."""
    if event.kind in (EventKind.NO_EFFECT, EventKind.FOR_REVIEW):
        return None
    reason = _other_order(order, event)
    if not reason and event.kind is EventKind.PAID and not _is_paid(order):
        if _may_include_a_fee(order, event):
            reason = f"its amount is {event.amount}, the order's {order.amount}: `order.paid` tells a payer's fee apart"
            return Decision(Outcome.PARKED, order, reason)
        reason = _other_price(order, event)
    elif not reason and event.kind not in (EventKind.PAID, *_ENDINGS) and _is_paid(order):
        reason = _other_payment(order, event) or _open_question(order, event)
    return Decision(Outcome.FLAGGED, order, reason) if reason else None


def _is_paid(order: Order) -> bool:
    return _RANK[order.status] >= _RANK[Status.PAID]


def _other_order(order: Order, event: ProviderEvent) -> str:
    if event.account is not None:
        return "it is of another account"
    if event.is_live is not None and event.is_live != order.is_live:
        return f"it is of {'live' if event.is_live else 'test'} mode, the order is not"
    if event.provider_order_id and order.provider_order_id and event.provider_order_id != order.provider_order_id:
        return "it names another order of the provider's"
    return ""


def _may_include_a_fee(order: Order, event: ProviderEvent) -> bool:
    """Where the payer bears Razorpay's fee, the payment is of more than the order; the order's own event says so."""
    is_more = event.amount is not None and event.amount > order.amount
    is_comparable = event.currency == order.currency and event.payment_id is not None
    return event.provider is Provider.RAZORPAY and event.paid_amount is None and is_more and is_comparable


def _other_price(order: Order, event: ProviderEvent) -> str:
    if event.amount is None or event.currency is None or event.payment_id is None:
        return _UNSAID
    if event.currency != order.currency:
        return f"its currency is {event.currency}, the order's {order.currency}"
    return f"its amount is {event.amount}, the order's {order.amount}" if event.amount != order.amount else ""


def _other_payment(order: Order, event: ProviderEvent) -> str:
    if event.amount is None or event.currency is None or event.payment_id is None:
        return _UNSAID
    if event.payment_id != order.payment_id:
        return _SECOND_PAYMENT
    if event.currency not in (order.currency, order.paid_currency):
        return f"its currency is {event.currency}, the order's {order.currency}"
    most = max(order.amount, order.paid_amount or 0)
    if event.currency != order.currency:
        most = order.paid_amount or 0
    return f"its amount is {event.amount}, more than the order's {most}" if event.amount > most else ""


def _open_question(order: Order, event: ProviderEvent) -> str:
    if event.kind is EventKind.REFUND_FAILED and event.subject_id not in order.failed_refunds:
        return _REFUND_FAILED
    dispute = order.disputes.get(event.subject_id or "")
    is_lost_again = event.kind is EventKind.DISPUTE_LOST and dispute is not None and dispute.is_won
    return "a dispute that was won is lost again" if is_lost_again else ""


def _end(order: Order, event: ProviderEvent) -> Decision:
    if order.status is not Status.CREATED:
        return Decision(Outcome.IGNORED, order, f"the order was {order.status} before")
    return Decision(Outcome.APPLIED, replace(order, status=_ENDINGS[event.kind]))


def _pay(order: Order, event: ProviderEvent) -> Decision:
    if _is_paid(order):
        if event.payment_id == order.payment_id:
            return Decision(Outcome.IGNORED, order, "the order was paid before, by this payment")
        return Decision(Outcome.FLAGGED, order, _SECOND_PAYMENT)
    amount, currency, note = event.paid_amount or event.amount, event.paid_currency or event.currency, ""
    if amount is not None and (amount, currency) != (order.amount, order.currency):
        note = f"paid {amount} {currency} for {order.amount} {order.currency}"
        order = replace(order, paid_amount=amount, paid_currency=currency)
    order = replace(
        order,
        status=Status.PAID,
        payment_id=event.payment_id or f"accepted:{event.event_id}",
        provider_order_id=order.provider_order_id or event.provider_order_id,
    )
    if order.user is None:
        return Decision(Outcome.FLAGGED, order, "the account is gone: paid, and nobody to give the coins to")
    return Decision(Outcome.APPLIED, replace(order, granted=order.coins), note)


def _take_or_give_back(order: Order, event: ProviderEvent) -> Decision:
    if not _is_paid(order):
        return Decision(Outcome.PARKED, order, "the order is not paid yet")
    if event.amount is None or (event.subject_id is None and event.kind is not EventKind.REFUNDED):
        return Decision(Outcome.FLAGGED, order, _UNSAID)
    changed = _with_refunds_and_disputes(order, event)
    if changed == order:
        return Decision(Outcome.IGNORED, order, "so much was taken or given back before")
    taken_back = changed.taken_back
    changed = replace(
        changed,
        status=Status.REFUNDED if taken_back == order.amount else Status.PAID,
        clawed_back=order.granted * taken_back // order.amount,
    )
    return Decision(Outcome.APPLIED, changed)


def _with_refunds_and_disputes(order: Order, event: ProviderEvent) -> Order:
    """Totals of refunds, and each dispute by itself, so that repeats and other orders of arrival come to the same."""
    amount, subject = _amount_in_order_currency(order, event), event.subject_id or ""
    if event.kind is EventKind.REFUNDED:
        return replace(order, refunded=max(order.refunded, amount))
    if event.kind is EventKind.REFUND_FAILED:
        return replace(order, failed_refunds={subject: amount, **order.failed_refunds})
    known = order.disputes.get(subject, Dispute(0))
    is_won = event.kind is EventKind.DISPUTE_WON or (known.is_won and event.kind is EventKind.DISPUTED)
    return replace(order, disputes={**order.disputes, subject: Dispute(max(known.amount, amount), is_won)})


def _amount_in_order_currency(order: Order, event: ProviderEvent) -> int:
    """At most the order's amount: what a payer's fee added buys no coins, and takes none."""
    amount = event.amount or 0
    if event.currency != order.currency and event.currency == order.paid_currency and order.paid_amount:
        amount = amount * order.amount // order.paid_amount
    return min(amount, order.amount)
