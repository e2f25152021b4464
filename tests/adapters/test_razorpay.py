"""Razorpay's orders against a server that speaks its API."""

from collections.abc import AsyncIterator
from uuid import UUID

import anyio
import pytest

from service.adapters.razorpay import RazorpayFailed, Sale
from service.adapters.razorpay.http import HttpRazorpay
from service.adapters.razorpay.scripted import ScriptedRazorpay
from tests.fakes.razorpay_api import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, RazorpayApi, razorpay_api

pytestmark = pytest.mark.anyio

SALE = Sale(UUID(int=7), 119_900, "INR")


@pytest.fixture
async def fake() -> AsyncIterator[RazorpayApi]:
    async with razorpay_api() as server:
        yield server


def razorpay(url: str, *, key_id: str = KEY_ID) -> HttpRazorpay:
    return HttpRazorpay(key_id=key_id, key_secret=KEY_SECRET, webhook_secret=WEBHOOK_SECRET, api_url=url)


async def test_an_order_is_opened(fake: RazorpayApi) -> None:
    theirs = await razorpay(fake.url).create_order(SALE)
    assert fake.orders[theirs]["receipt"] == str(SALE.order)
    (asked,) = fake.requests
    assert asked == {
        "amount": 119_900,
        "currency": "INR",
        "receipt": str(SALE.order),
        "notes": {"order_id": str(SALE.order)},
    }


@pytest.mark.parametrize("fault", [400, 401, 429, 500, 503, "garbage", "list", "huge", "other amount"])
async def test_a_failure_is_a_fact_without_the_secret_and_not_tried_again(fake: RazorpayApi, fault: int | str) -> None:
    fake.fault = fault
    with pytest.raises(RazorpayFailed) as failed:
        await razorpay(fake.url).create_order(SALE)
    assert KEY_SECRET not in str(failed.value)
    assert len(fake.requests) == 1


async def test_a_wrong_key_is_refused(fake: RazorpayApi) -> None:
    with pytest.raises(RazorpayFailed, match="status 401"):
        await razorpay(fake.url, key_id="rzp_test_other").create_order(SALE)


async def test_nobody_there() -> None:
    with pytest.raises(RazorpayFailed, match="could not be reached"):
        await razorpay("http://127.0.0.1:1").create_order(SALE)


async def test_silence_ends_before_the_deadline_around_it(fake: RazorpayApi) -> None:
    fake.fault = "silence"
    with anyio.fail_after(0.5), pytest.raises(RazorpayFailed, match="no answer in time"):
        await razorpay(fake.url).create_order(SALE)


def test_the_mode_is_the_key_s() -> None:
    assert razorpay("http://x", key_id="rzp_live_x").is_live
    assert not razorpay("http://x").is_live


async def test_the_scripted_one_signs_as_it_verifies() -> None:
    scripted = ScriptedRazorpay()
    assert scripted.is_genuine(b"x", scripted.signed(b"x"))
    assert not scripted.is_genuine(b"y", scripted.signed(b"x"))
    scripted.fails = True
    with pytest.raises(RazorpayFailed):
        await scripted.create_order(SALE)
