"""Razorpay's orders against a server that speaks its API, and its signatures."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import anyio
import pytest

from service.adapters.razorpay import RazorpayFailed, Sale
from service.adapters.razorpay.http import HttpRazorpay, is_genuine
from service.adapters.razorpay.scripted import ScriptedRazorpay
from tests.fakes.razorpay_api import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, RazorpayApi, razorpay_api
from tests.samples import SAMPLES, needs_samples

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
        "payment": {
            "capture": "automatic",
            "capture_options": {
                "automatic_expiry_period": 7200,
                "manual_expiry_period": 7200,
                "refund_speed": "normal",
            },
        },
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
    with anyio.fail_after(2), pytest.raises(RazorpayFailed, match="no answer in time"):
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


def vectors() -> list[tuple[dict[str, Any], bytes]]:
    folder = SAMPLES / "payments"
    read = json.loads((folder / "vectors.json").read_text())["vectors"]
    return [(vector, _message(vector)) for vector in read]


def _message(vector: dict[str, Any]) -> bytes:
    if "payload_file" in vector:
        return (SAMPLES / "payments" / vector["payload_file"]).read_bytes()
    return str(vector.get("message", vector.get("payload"))).encode()


@needs_samples
def test_the_vectors_of_razorpay_s_own_tests() -> None:
    assert len(vectors()) == 5
    for vector, message in vectors():
        assert is_genuine(message, vector["signature"], secret=vector["secret"]) == vector["expect"], vector


@needs_samples
def test_no_byte_of_them_can_be_changed() -> None:
    tried = 0
    for vector, message in vectors():
        if not vector["expect"]:
            continue
        whole = {"message": message, "signature": vector["signature"].encode(), "secret": vector["secret"].encode()}
        for place, original in whole.items():
            for index in range(len(original)):
                for flip in (0x01, 0x20):
                    changed = original[:index] + bytes([original[index] ^ flip]) + original[index + 1 :]
                    parts = whole | {place: changed}
                    tried += 1
                    signature, secret = parts["signature"].decode(), parts["secret"].decode()
                    assert not is_genuine(parts["message"], signature, secret=secret), (place, index)
    assert tried > 2000


@pytest.mark.parametrize("signature", [None, "", "é", "0" * 64, "x" * 100_000])
def test_what_is_no_signature(signature: str | None) -> None:
    assert not is_genuine(b"{}", signature, secret="s")
