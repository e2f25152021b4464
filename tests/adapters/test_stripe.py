"""Stripe's SDK against a server that speaks its API."""

import time
from collections.abc import AsyncIterator
from uuid import UUID

import anyio
import pytest

from service.adapters.stripe import Sale, StripeFailed
from service.adapters.stripe.scripted import ScriptedStripe
from service.adapters.stripe.sdk import StripeSdk
from service.kernel.clock import SystemClock
from tests.fakes.stripe_api import KEY, SECRET, StripeApi, stripe_api

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
    with anyio.fail_after(0.5), pytest.raises(StripeFailed, match="no answer in time"):
        await sdk(fake).create_checkout(SALE)


async def test_a_caller_who_leaves_ends_the_call(fake: StripeApi) -> None:
    scope = anyio.CancelScope()

    async def leave() -> None:
        while not fake.requests:
            await anyio.sleep(0.001)
        scope.cancel()

    fake.fault = "silence"
    with anyio.fail_after(5):
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
