"""Who is counted under which rate, what the answer says about it, and what is done for who asks too often: nothing."""

import re
from dataclasses import replace
from typing import Any

import anyio
import msgspec
import pytest

from service.access.rates import PUBLIC, READ, WRITE, RateLimits
from service.adapters.rate_limits import Rate
from service.adapters.rate_limits.in_process import InProcessRateLimiter
from service.adapters.rate_limits.scripted import ScriptedRateLimiter
from service.kernel.concurrency import Admission
from service.web.endpoint import Access, Call, Endpoint, Events, JsonBody, rate_of
from tests.web.application import Parts, bearer
from tests.web.shop import ITEM, Shop, keyed, slug

pytestmark = pytest.mark.anyio

THREE = Rate("three", quota=3, window_seconds=60)


class Done(msgspec.Struct, frozen=True):
    user: str


class Deed:
    """An endpoint that counts how often it was reached."""

    def __init__(self) -> None:
        self.done = 0

    async def __call__(self, call: Call[Any, Any]) -> Done:
        """Do it."""
        self.done += 1
        return Done(call.principal.user)

    def endpoint(self, **more: Any) -> Endpoint:
        return replace(Endpoint("POST", "/deeds", self, answer=Done, rate=THREE), **more)


def limited(limiter: Any = None, *, trusted_proxies: int = 0) -> Parts:
    return Parts(rate_limits=RateLimits(limiter or InProcessRateLimiter(), trusted_proxies=trusted_proxies))


async def test_beyond_the_rate_nothing_is_done_and_the_answer_says_when() -> None:
    deed = Deed()
    async with limited().client(deed.endpoint()) as client:
        answers = [await client.post("/deeds") for _ in range(5)]
        other = await client.post("/deeds", headers=bearer("bob"))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert deed.done == 4
    assert other.json() == {"user": "bob"}

    refused = answers[3]
    assert slug(refused) == "rate-limited"
    assert refused.headers["content-type"] == "application/problem+json"
    assert 19 <= int(refused.headers["retry-after"]) <= 20
    assert "in 20 s" in refused.json()["detail"]


async def test_every_answer_has_the_fields_of_the_draft() -> None:
    deed = Deed()
    async with limited().client(deed.endpoint(body=JsonBody(Done))) as client:
        malformed = await client.post("/deeds", content=b"{", headers={"content-type": "application/json"})
        fine = await client.post("/deeds", json={"user": "x"})
        await client.post("/deeds", json={"user": "x"})
        refused = await client.post("/deeds", json={"user": "x"})
    assert [answer.status_code for answer in (malformed, fine, refused)] == [400, 200, 429]
    for answer, left in ((malformed, 2), (fine, 1), (refused, 0)):
        assert answer.headers.get_list("ratelimit-policy") == ['"three";q=3;w=60']
        (field,) = answer.headers.get_list("ratelimit")
        assert re.fullmatch(rf'"three";r={left};t=(19|20)', field)
    # draft, "Server Behavior": Retry-After is not earlier than the reset parameter
    assert refused.headers["ratelimit"].endswith(f"t={refused.headers['retry-after']}")


async def test_who_is_nobody_is_told_the_policy_and_counted_under_no_user() -> None:
    limiter = ScriptedRateLimiter()
    async with limited(limiter).client(Deed().endpoint()) as client:
        answer = await client.post("/deeds", headers={"authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert answer.headers["ratelimit-policy"] == '"three";q=3;w=60'
    assert "ratelimit" not in answer.headers
    assert limiter.asked == []


async def test_a_stream_begins_with_the_fields() -> None:
    async def tells(call: Call[Any, Any]) -> Done:
        """Tell."""
        call.tell("step", Done("on the way"))
        return Done(call.principal.user)

    endpoint = Endpoint("POST", "/told", tells, Done, rate=THREE, sends=Events("done", {"step": Done}))
    async with limited().client(endpoint) as client:
        answer = await client.post("/told", headers={"accept": "text/event-stream"})
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["ratelimit"].startswith('"three";r=2;t=')
        await client.post("/told")
        await client.post("/told")
        refused = await client.post("/told", headers={"accept": "text/event-stream"})
    assert (refused.status_code, slug(refused)) == (429, "rate-limited")


async def test_a_service_uses_up_what_is_the_users_it_acts_for() -> None:
    limiter = ScriptedRateLimiter()
    async with limited(limiter).client(Deed().endpoint()) as client:
        service = bearer("robot", scopes=["service"])
        await client.post("/deeds", headers={**service, "x-on-behalf-of": "ada"})
        await client.post("/deeds", headers=service)
    assert limiter.asked == [("three", "user:ada"), ("three", "user:robot")]


async def test_without_a_token_the_address_is_counted() -> None:
    limiter = ScriptedRateLimiter()
    async with limited(limiter).client(Deed().endpoint(access=Access.PUBLIC)) as client:
        await client.post("/deeds", headers={"x-forwarded-for": "203.0.113.9"})
    assert limiter.asked == [("three", "address:127.0.0.1")]


async def test_probes_are_never_limited() -> None:
    limiter = ScriptedRateLimiter(left=0)
    async with limited(limiter).client(Deed().endpoint(access=Access.PUBLIC, is_probe=True)) as client:
        answer = await client.post("/deeds")
    assert answer.status_code == 200
    assert "ratelimit-policy" not in answer.headers
    assert limiter.asked == []


async def test_switched_off_nobody_is_counted_and_nothing_said() -> None:
    async with Parts().client(Deed().endpoint()) as client:
        answers = [await client.post("/deeds") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any(name.startswith("ratelimit") for answer in answers for name in answer.headers)


async def test_the_body_of_who_asks_too_often_is_not_looked_at() -> None:
    async with limited(ScriptedRateLimiter(left=0)).client(Deed().endpoint(body=JsonBody(Done))) as client:
        answer = await client.post("/deeds", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 429


async def test_who_asks_too_often_is_refused_before_a_place_is_looked_for() -> None:
    entered, leave = anyio.Event(), anyio.Event()

    async def lasting(call: Call[Any, Any]) -> Done:
        """Take a while."""
        entered.set()
        await leave.wait()
        return Done(call.principal.user)

    parts = limited(ScriptedRateLimiter(left=2))
    parts.admission = Admission(running=1, waiting=0)
    statuses: list[int] = []
    async with parts.client(Endpoint("POST", "/lasting", lasting, Done, admitted=True, rate=THREE)) as client:

        async def ask() -> None:
            statuses.append((await client.post("/lasting")).status_code)

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            with anyio.fail_after(30):
                await entered.wait()
                await ask()
                await ask()
            leave.set()
    assert statuses == [503, 429, 200]


async def test_a_refused_repeat_keeps_its_answer_for_later(shop: Shop) -> None:
    limiter = ScriptedRateLimiter(left=1)
    parts = shop.parts()
    parts.rate_limits = RateLimits(limiter)
    async with parts.client(shop.endpoint()) as client:
        first = await client.post("/orders", json=ITEM, headers=keyed("k"))
        refused = await client.post("/orders", json=ITEM, headers=keyed("k"))
        limiter.left = 5
        again = await client.post("/orders", json=ITEM, headers=keyed("k"))
    assert [answer.status_code for answer in (first, refused, again)] == [201, 429, 201]
    assert again.json() == first.json()
    # of this answer, not of the first one's
    assert (first.headers["ratelimit"], again.headers["ratelimit"]) == ('"write";r=0;t=1', '"write";r=4;t=1')
    assert again.headers.get_list("ratelimit") == ['"write";r=4;t=1']
    assert await shop.effects() == 1


def test_what_is_not_declared_follows_from_access_and_method() -> None:
    endpoint = replace(Deed().endpoint(), rate=None)
    assert rate_of(endpoint) is WRITE
    assert rate_of(replace(endpoint, method="DELETE")) is WRITE
    assert rate_of(replace(endpoint, method="GET")) is READ
    assert rate_of(replace(endpoint, access=Access.PUBLIC)) is PUBLIC
    assert rate_of(replace(endpoint, is_probe=True, rate=THREE)) is None
