"""Stripe's SDK against a server that speaks its API, and the `Stripe-Signature` header."""

import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import anyio
import pytest

from service.adapters.stripe import Sale, StripeFailed, api_amount, iso_amount
from service.adapters.stripe.scripted import ScriptedStripe
from service.adapters.stripe.sdk import StripeSdk, is_genuine
from service.kernel.clock import SystemClock
from tests.fakes.stripe_api import KEY, SECRET, StripeApi, stripe_api
from tests.samples import SAMPLES, needs_samples

pytestmark = pytest.mark.anyio

SALE = Sale(UUID(int=7), "Plus", 1499, "EUR", "https://overture.example/")


@pytest.fixture
async def fake() -> AsyncIterator[StripeApi]:
    async with stripe_api() as server:
        yield server


def sdk(fake: StripeApi, key: str = KEY) -> StripeSdk:
    return StripeSdk(secret_key=key, webhook_secrets=("whsec_old", SECRET), api_url=fake.url, clock=SystemClock())


async def test_a_session_is_opened_for_an_order(fake: StripeApi) -> None:
    session = await sdk(fake).create_checkout(SALE)
    assert session.id in fake.sessions
    assert session.url == fake.sessions[session.id]["url"]
    ((path, headers, asked),) = fake.requests
    assert path == "/v1/checkout/sessions"
    assert headers["idempotency-key"] == str(SALE.order)
    assert "x-stripe-client-telemetry" not in headers
    assert asked["mode"] == "payment"
    assert asked["line_items[0][price_data][unit_amount]"] == "1499"
    assert asked["line_items[0][price_data][currency]"] == "eur"
    assert asked["client_reference_id"] == asked["metadata[order_id]"] == str(SALE.order)
    assert asked["payment_intent_data[metadata][order_id]"] == str(SALE.order)


@pytest.mark.parametrize(
    ("currency", "price", "at_stripe"),
    [("USD", 1499, 1499), ("JPY", 500, 500), ("ISK", 5, 500), ("UGX", 5, 500), ("MGA", 500, 5), ("KWD", 5120, 5120)],
)
async def test_amounts_are_written_as_stripe_writes_them(
    fake: StripeApi, currency: str, price: int, at_stripe: int
) -> None:
    await sdk(fake).create_checkout(replace(SALE, currency=currency, amount=price))
    assert fake.requests[0][2]["line_items[0][price_data][unit_amount]"] == str(at_stripe)
    assert iso_amount(at_stripe, currency) == price


async def test_a_fraction_that_is_none_is_not_charged(fake: StripeApi) -> None:
    with pytest.raises(StripeFailed, match="whole units of MGA"):
        await sdk(fake).create_checkout(replace(SALE, currency="MGA"))
    assert fake.requests == []
    assert api_amount(1499, "MGA") is iso_amount(1499, "ISK") is iso_amount(1499, "UGX") is None


async def test_an_object_is_retrieved_as_it_is_now(fake: StripeApi) -> None:
    client = sdk(fake)
    session = await client.create_checkout(SALE)
    found = await client.retrieve("checkout.session", session.id)
    assert found is not None
    assert json.loads(found) == fake.sessions[session.id]
    assert await client.retrieve("checkout.session", "cs_none") is None
    assert await client.retrieve("dispute", "../checkout/sessions") is None
    fake.fault = 500
    with pytest.raises(StripeFailed, match="status 500"):
        await client.retrieve("checkout.session", session.id)


async def test_the_same_order_again_is_the_same_session(fake: StripeApi) -> None:
    client = sdk(fake)
    assert await client.create_checkout(SALE) == await client.create_checkout(SALE)
    assert len(fake.sessions) == 1


@pytest.mark.parametrize("fault", [400, 402, 429, 500, 503, "garbage", "list", "huge"])
async def test_a_failure_is_a_fact_without_the_key_and_not_tried_again(fake: StripeApi, fault: int | str) -> None:
    fake.fault = fault
    with pytest.raises(StripeFailed) as failed:
        await sdk(fake).create_checkout(SALE)
    assert KEY not in str(failed.value)
    assert len(fake.requests) == 1


async def test_a_wrong_key_is_refused(fake: StripeApi) -> None:
    with pytest.raises(StripeFailed, match="status 401"):
        await sdk(fake, "sk_test_other").create_checkout(SALE)


async def test_nobody_there(fake: StripeApi) -> None:
    client = StripeSdk(secret_key=KEY, webhook_secrets=(), api_url="http://127.0.0.1:1", clock=SystemClock())
    with pytest.raises(StripeFailed, match="could not be reached"):
        await client.create_checkout(SALE)


async def test_silence_ends_before_the_deadline_around_it(fake: StripeApi) -> None:
    fake.fault = "silence"
    with anyio.fail_after(2), pytest.raises(StripeFailed, match="no answer in time"):
        await sdk(fake).create_checkout(SALE)


async def test_a_caller_who_leaves_ends_the_call(fake: StripeApi) -> None:
    scope = anyio.CancelScope()

    async def leave() -> None:
        while not fake.requests:
            await anyio.sleep(0.001)
        scope.cancel()

    fake.fault = "silence"
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            with scope:
                await sdk(fake).create_checkout(SALE)
    assert scope.cancelled_caught


def test_the_mode_is_the_key_s() -> None:
    def is_live(key: str) -> bool:
        return StripeSdk(secret_key=key, webhook_secrets=(), clock=SystemClock()).is_live

    assert is_live("sk_live_x")
    assert is_live("rk_live_x")
    assert not is_live("sk_test_x")


async def test_every_configured_secret_and_the_clock_count(fake: StripeApi) -> None:
    client, body = sdk(fake), b'{"id": "evt_1"}'
    assert client.is_genuine(body, fake.signature(body))
    assert client.is_genuine(body, fake.signature(body, secret="whsec_old"))
    assert not client.is_genuine(body, fake.signature(body, secret="whsec_older"))
    assert not client.is_genuine(body, fake.signature(body, at=int(time.time()) - 400))
    assert not client.is_genuine(body, None)


async def test_the_scripted_one_signs_as_it_verifies() -> None:
    scripted = ScriptedStripe()
    assert scripted.is_genuine(b"x", scripted.signed(b"x"))
    assert not scripted.is_genuine(b"y", scripted.signed(b"x"))
    assert (await scripted.create_checkout(SALE)).url.startswith("https://")
    scripted.fails = True
    with pytest.raises(StripeFailed):
        await scripted.create_checkout(SALE)


NOW = 1_800_000_000
BODY = b'{"id": "evt_1"}'


def v1(secret: str = "s", at: int | str = NOW, body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()


def genuine(header: str | None, *, secrets: tuple[str, ...] = ("s",), now: float = NOW, body: bytes = BODY) -> bool:
    return is_genuine(body, header, secrets=secrets, now_seconds=now)


def vector() -> tuple[dict[str, Any], bytes]:
    folder = SAMPLES / "payments"
    read = json.loads((folder / "vector.json").read_text())
    return read, (folder / read["payload_file"]).read_bytes()


@needs_samples
def test_the_vector_of_stripe_s_own_tests() -> None:
    read, body = vector()
    assert len(read["cases"]) == 3
    for case in read["cases"]:
        sent = body + case.get("payload_suffix", "").encode()
        now = case.get("now", read["timestamp"])
        found = genuine(read["header"], secrets=(read["secret"],), now=now, body=sent)
        assert found == (case["expect"] == "ok"), case


@needs_samples
def test_no_byte_of_it_can_be_changed() -> None:
    """Not of the body, not of the secret, and of the header nothing up to the end of v1 (v0 is not looked at)."""
    read, body = vector()
    header, secret = read["header"].encode(), read["secret"].encode()
    end = header.index(b",v0=")
    tried = 0
    for place, original in (("body", body), ("secret", secret), ("header", header[:end])):
        for index in range(len(original)):
            for flip in (0x01, 0x20):
                changed = original[:index] + bytes([original[index] ^ flip]) + original[index + 1 :]
                parts = {"body": body, "secret": secret, "header": header} | {place: changed}
                if place == "header":
                    parts["header"] = changed + header[end:]
                tried += 1
                assert not genuine(
                    parts["header"].decode(),
                    secrets=(parts["secret"].decode(),),
                    now=read["timestamp"],
                    body=parts["body"],
                ), (place, index, changed)
    assert tried > 1000


@pytest.mark.parametrize("offset", [-301, -300, -299, 0, 299, 300, 301])
def test_the_time_may_differ_by_the_tolerance_both_ways(offset: int) -> None:
    at = NOW + offset
    assert genuine(f"t={at},v1={v1(at=at)}") == (abs(offset) <= 300)


def test_several_signatures_and_several_secrets() -> None:
    both = f"t={NOW},v1={v1('new')},v1={v1('old')}"
    assert genuine(both, secrets=("old",))
    assert genuine(both, secrets=("new", "newest"))
    assert not genuine(both, secrets=("other",))
    assert not genuine(both, secrets=())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"t={NOW}",
        f"v1={v1()}",
        f"t=,v1={v1(at='')}",
        f"t=-5,v1={v1(at=-5)}",
        f"t={NOW}.0,v1={v1(at=f'{NOW}.0')}",
        f"t=1e9,v1={v1(at='1e9')}",
        f"t={'9' * 5000},v1=x",
        f"t={NOW},t={NOW},v1={v1()}",
        f"t={NOW},v0={v1()}",
        f"t={NOW},v1={v1().upper()}",
        f"t={NOW},v1={v1()}0",
        f"t={NOW},v1=",
        f"t={NOW},v1=é",
        f"t={NOW}," + "v1=0," * 9 + f"v1={v1()}",
        f"t={NOW},v1={v1()}," + "x" * 2000,
    ],
)
def test_what_is_no_signature(header: str | None) -> None:
    assert not genuine(header)


def test_the_one_that_is() -> None:
    assert genuine(f"t={NOW},v1={v1()}")
    assert genuine(f"t={NOW}, v1={v1()}, v0=abc")
