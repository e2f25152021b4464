"""What an event means for an order: every state against every kind of event, and money in proportion."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.identifiers import UserId
from service.payments.model import EventKind, Order, OrderId, Outcome, Provider, ProviderEvent, Status
from service.payments.transitions import decide

PLACED = Order(
    id=OrderId(UUID(int=1)),
    user=UserId("ada"),
    provider=Provider.STRIPE,
    provider_order_id="cs_1",
    package="plus",
    coins=100,
    amount=1499,
    currency="USD",
    is_live=False,
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
)
PAID = replace(PLACED, status=Status.PAID, payment_id="pi_1", granted=100)
STATES = {
    Status.CREATED: PLACED,
    Status.FAILED: replace(PLACED, status=Status.FAILED),
    Status.EXPIRED: replace(PLACED, status=Status.EXPIRED),
    Status.PAID: PAID,
    Status.REFUNDED: replace(PAID, status=Status.REFUNDED, refunded=1499, clawed_back=100),
}
RANK = {Status.CREATED: 0, Status.FAILED: 1, Status.EXPIRED: 1, Status.PAID: 2, Status.REFUNDED: 3}


def event(kind: EventKind, amount: int | None = 1499, **more: Any) -> ProviderEvent:
    fields: dict[str, Any] = {
        "provider": Provider.STRIPE,
        "event_id": "evt_1",
        "type": "x",
        "kind": kind,
        "payment_id": "pi_1",
        "subject_id": "dp_1",
        "amount": amount,
        "currency": "USD",
        "is_live": False,
    }
    return ProviderEvent(**(fields | more))


@pytest.mark.parametrize(("status", "kind"), list(product(Status, EventKind)))
def test_a_state_never_goes_back_and_a_repeat_changes_nothing(status: Status, kind: EventKind) -> None:
    before = STATES[status]
    decision = decide(before, event(kind))
    # The one way back: a dispute that was won makes a refunded order a paid one.
    assert RANK[decision.order.status] >= RANK[before.status] or kind is EventKind.DISPUTE_WON
    assert (decision.order.granted > 0) == (decision.order.status in (Status.PAID, Status.REFUNDED))
    if decision.outcome is not Outcome.APPLIED:
        assert decision.order == before
        assert decision.reason or kind in (EventKind.NO_EFFECT, EventKind.FOR_REVIEW)
    assert decide(decision.order, event(kind)).order == decision.order


DISPUTES = ("dp_1", "dp_2", "dp_3")
TAKING = st.tuples(
    st.sampled_from([EventKind.REFUNDED, EventKind.DISPUTED, EventKind.DISPUTE_WON]),
    st.sampled_from(DISPUTES),
    st.integers(0, 1499),
)


@given(st.lists(TAKING, max_size=10), st.integers(1, 500))
def test_what_is_taken_back_is_in_proportion_and_never_more(told: list[tuple[EventKind, str, int]], coins: int) -> None:
    """Whatever the order of arrival: the greatest total of refunds, and of each dispute that was not won the most."""
    order = replace(PAID, coins=coins, granted=coins)
    forth, back = order, order
    for kind, dispute, amount in told:
        forth = decide(forth, event(kind, amount, subject_id=dispute)).order
    for kind, dispute, amount in reversed(told):
        back = decide(back, event(kind, amount, subject_id=dispute)).order
    assert forth == back
    refunded = max((amount for kind, _, amount in told if kind is EventKind.REFUNDED), default=0)
    won = {dispute for kind, dispute, _ in told if kind is EventKind.DISPUTE_WON}
    disputed = sum(
        max((amount for kind, name, amount in told if kind is EventKind.DISPUTED and name == dispute), default=0)
        for dispute in set(DISPUTES) - won
    )
    lost = min(1499, refunded + disputed)
    assert forth.clawed_back == coins * lost // 1499
    assert (forth.status is Status.REFUNDED) == (lost == 1499)


def test_two_disputes_add_up_and_a_won_one_gives_back_its_own() -> None:
    order = decide(PAID, event(EventKind.DISPUTED, 200)).order
    order = decide(order, event(EventKind.DISPUTED, 100, subject_id="dp_2")).order
    assert order.taken_back == 300
    order = decide(order, event(EventKind.DISPUTE_WON, 200)).order
    assert (order.taken_back, order.clawed_back) == (100, 100 * 100 // 1499)
    assert decide(order, event(EventKind.DISPUTED, 200)).outcome is Outcome.IGNORED
    again = decide(order, event(EventKind.DISPUTE_LOST, 200))
    assert (again.outcome, again.reason) == (Outcome.FLAGGED, "a dispute that was won is lost again")
    assert decide(order, event(EventKind.DISPUTE_LOST, 200), is_accepted=True).order.taken_back == 300


def test_a_lost_dispute_that_nothing_was_heard_of_is_applied() -> None:
    assert decide(PAID, event(EventKind.DISPUTE_LOST)).order.status is Status.REFUNDED


def test_a_refund_that_failed_is_given_back_when_a_person_says_so() -> None:
    order = decide(PAID, event(EventKind.REFUNDED, 749)).order
    failed = event(EventKind.REFUND_FAILED, 749, subject_id="re_1")
    assert decide(order, failed).outcome is Outcome.FLAGGED
    given_back = decide(order, failed, is_accepted=True)
    assert (given_back.outcome, given_back.order.clawed_back) == (Outcome.APPLIED, 0)
    assert decide(given_back.order, failed).outcome is Outcome.IGNORED
    # The total at the provider goes on from where it was.
    assert decide(given_back.order, event(EventKind.REFUNDED, 1499)).order.taken_back == 750


def test_what_a_conversion_changed_is_noted_and_taken_back_in_proportion() -> None:
    paid = decide(PLACED, event(EventKind.PAID, paid_amount=1380, paid_currency="EUR"))
    assert (paid.outcome, paid.order.granted) == (Outcome.APPLIED, 100)
    assert paid.reason == "paid 1380 EUR for 1499 USD"
    half = decide(paid.order, event(EventKind.REFUNDED, 690, currency="EUR"))
    assert (half.outcome, half.order.refunded, half.order.clawed_back) == (Outcome.APPLIED, 749, 49)
    assert decide(paid.order, event(EventKind.REFUNDED, 1380, currency="EUR")).order.status is Status.REFUNDED
    assert decide(paid.order, event(EventKind.REFUNDED, 1381, currency="EUR")).outcome is Outcome.FLAGGED
    assert decide(paid.order, event(EventKind.REFUNDED, 1, currency="GBP")).outcome is Outcome.FLAGGED


@pytest.mark.parametrize(
    "change", [{"amount": 1}, {"currency": "JPY"}, {"amount": None}, {"payment_id": None}, {"is_live": True}]
)
def test_an_accepted_payment_is_one_whatever_differs(change: dict[str, Any]) -> None:
    payment = replace(event(EventKind.PAID), **change)
    assert decide(PLACED, payment).outcome is Outcome.FLAGGED
    accepted = decide(PLACED, payment, is_accepted=True)
    assert (accepted.outcome, accepted.order.status, accepted.order.granted) == (Outcome.APPLIED, Status.PAID, 100)
    assert accepted.order.payment_id


def test_no_acceptance_pays_twice() -> None:
    second = event(EventKind.PAID, payment_id="pi_2")
    assert decide(PAID, second, is_accepted=True).order == PAID


def test_more_back_than_was_paid_is_flagged() -> None:
    assert decide(PAID, event(EventKind.REFUNDED, 1500)).outcome is Outcome.FLAGGED
