"""What an event means for an order: every state against every happening, and money in proportion."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.identifiers import UserId
from service.payments.decision import decide
from service.payments.model import Happening, Occurrence, Order, OrderId, Outcome, Provider, Status

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


def said(happening: Happening, amount: int | None = 1499) -> Occurrence:
    return Occurrence(
        provider=Provider.STRIPE,
        event_id="evt_1",
        kind="x",
        happening=happening,
        payment_id="pi_1",
        amount=amount,
        currency="USD",
        is_live=False,
    )


@pytest.mark.parametrize(("status", "happening"), list(product(Status, Happening)))
def test_a_state_never_goes_back_and_a_repeat_changes_nothing(status: Status, happening: Happening) -> None:
    before = STATES[status]
    verdict = decide(before, said(happening))
    assert RANK[verdict.order.status] >= RANK[before.status]
    assert (verdict.order.granted > 0) == (verdict.order.status in (Status.PAID, Status.REFUNDED))
    if verdict.outcome is not Outcome.APPLIED:
        assert verdict.order == before
        assert verdict.reason or happening in (Happening.NOTHING, Happening.STRANGE)
    assert decide(verdict.order, said(happening)).order == verdict.order


@given(
    st.lists(st.tuples(st.sampled_from([Happening.REFUNDED, Happening.DISPUTED]), st.integers(0, 1499)), max_size=8),
    st.integers(1, 500),
)
def test_what_is_taken_back_is_in_proportion_and_never_more(told: list[tuple[Happening, int]], coins: int) -> None:
    """Whatever the order of arrival: it depends on the greatest totals alone."""
    order = replace(PAID, coins=coins, granted=coins)
    forth, back = order, order
    for happening, amount in told:
        forth = decide(forth, said(happening, amount)).order
    for happening, amount in reversed(told):
        back = decide(back, said(happening, amount)).order
    assert forth == back
    refunded = max((amount for happening, amount in told if happening is Happening.REFUNDED), default=0)
    disputed = max((amount for happening, amount in told if happening is Happening.DISPUTED), default=0)
    lost = min(1499, refunded + disputed)
    assert forth.clawed_back == coins * lost // 1499
    assert (forth.status is Status.REFUNDED) == (lost == 1499)


def test_more_back_than_was_paid_is_flagged() -> None:
    assert decide(PAID, said(Happening.REFUNDED, 1500)).outcome is Outcome.FLAGGED
