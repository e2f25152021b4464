"""One call as server-sent events: their order, their end, and what happens when the client or the time is gone."""

import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import anyio
import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.errors import NotFound
from service.web import event_stream, sending
from service.web.endpoint import Call, Endpoint, Events
from service.web.event_stream import EVENT_STREAM, EVENTS_QUEUED_MAX, encode_event, wants_events
from service.web.openapi import document
from tests.http import serve
from tests.web.application import Parts, bearer
from tests.web.shop import ITEM, Order, Ordered, Shop, keyed, slug

pytestmark = pytest.mark.anyio

ACCEPT = {"accept": EVENT_STREAM}
WITHIN_SECONDS = 60


class Step(msgspec.Struct, frozen=True):
    number: int
    text: str = ""


@dataclass
class Walk:
    """An endpoint that tells so many steps and then does as the test says."""

    steps: int = 2
    then: Callable[[], Any] | None = None
    text: str = ""
    outcome: str = "running"

    def __post_init__(self) -> None:
        self.told, self.ended = anyio.Event(), anyio.Event()

    async def __call__(self, call: Call[Any, None]) -> Step:
        """Walk."""
        try:
            for number in range(self.steps):
                call.tell("step", Step(number, self.text))
            self.told.set()
            if self.then is not None:
                await self.then()
            self.outcome = "done"
        except BaseException:
            self.outcome = "cancelled"
            raise
        finally:
            self.ended.set()
        return Step(99)

    def endpoint(self, **options: Any) -> Endpoint:
        streamed = Events("arrived", {"step": Step})
        return Endpoint("POST", "/walk", self, answer=Step, status=201, sends=streamed, **options)


async def read(answer: httpx.Response) -> list[tuple[str, Any]]:
    return [event async for event in events_of(answer)]


async def events_of(answer: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def walked(walk: Walk, parts: Parts | None = None, /, **headers: str) -> tuple[httpx.Response, list[Any]]:
    app = (parts or Parts()).app(walk.endpoint())
    async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada") | ACCEPT) as client:
        with anyio.fail_after(WITHIN_SECONDS):
            async with client.stream("POST", "/walk", headers=headers) as answer:
                if answer.headers["content-type"] != f"{EVENT_STREAM}; charset=utf-8":
                    await answer.aread()
                    return answer, []
                return answer, await read(answer)


async def test_what_is_told_comes_in_order_and_the_answer_last() -> None:
    answer, heard = await walked(Walk(steps=3))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.headers["x-request-id"]) == 32
    steps = [("step", {"number": number, "text": ""}) for number in range(3)]
    assert heard == [*steps, ("arrived", {"number": 99, "text": ""})]


async def test_events_come_while_the_work_goes_on() -> None:
    released = anyio.Event()
    app = Parts().app(Walk(steps=1, then=released.wait).endpoint())
    async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada") | ACCEPT) as client:
        with anyio.fail_after(WITHIN_SECONDS):
            async with client.stream("POST", "/walk") as answer:
                coming = events_of(answer)
                assert (await anext(coming))[0] == "step"
                released.set()
                assert (await anext(coming))[0] == "arrived"
                assert [event async for event in coming] == []


async def test_who_asked_for_json_gets_json() -> None:
    async with Parts().client(Walk().endpoint()) as client:
        answer = await client.post("/walk")
    assert (answer.status_code, answer.json()) == (201, {"number": 99, "text": ""})


async def test_an_answer_that_is_there_at_once_is_the_one_event() -> None:
    assert (await walked(Walk(steps=0)))[1] == [("arrived", {"number": 99, "text": ""})]


async def fails() -> None:
    raise NotFound("There is no road.")


async def test_a_refusal_before_the_first_event_is_an_ordinary_answer() -> None:
    answer, _ = await walked(Walk(steps=0, then=fails))
    assert (answer.status_code, slug(answer)) == (404, "not-found")
    answer, _ = await walked(Walk(), authorization="")
    assert (answer.status_code, slug(answer)) == (401, "unauthenticated")
    answer, _ = await walked(Walk(), **{"x-request-timeout": "soon"})
    assert (answer.status_code, slug(answer)) == (422, "invalid-request")


async def test_a_failure_after_it_is_the_last_event() -> None:
    answer, heard = await walked(Walk(steps=1, then=fails))
    assert answer.status_code == 200
    assert [name for name, _ in heard] == ["step", "problem"]
    assert (heard[1][1]["status"], heard[1][1]["type"]) == (404, "/problems/not-found")
    assert heard[1][1]["request_id"] == answer.headers["x-request-id"]


async def test_an_accident_says_nothing_of_our_insides() -> None:
    async def breaks() -> None:
        raise RuntimeError("hunter2")

    _, heard = await walked(Walk(steps=1, then=breaks))
    assert heard[-1][1]["status"] == 500
    assert "hunter2" not in str(heard)


async def test_the_deadline_is_the_last_event() -> None:
    walk = Walk(steps=1, then=anyio.sleep_forever)
    _, heard = await walked(walk, **{"x-request-timeout": "0.3"})
    assert [name for name, _ in heard] == ["step", "problem"]
    assert (heard[1][1]["status"], walk.outcome) == (504, "cancelled")


async def test_the_end_of_the_drain_is_the_last_event() -> None:
    parts, walk, heard = Parts(), Walk(steps=1, then=anyio.sleep_forever), list[Any]()
    async with anyio.create_task_group() as group:

        async def drain() -> None:
            await walk.told.wait()
            parts.in_flight.cancel()

        group.start_soon(drain)
        _, heard = await walked(walk, parts)
    assert [name for name, _ in heard] == ["step", "problem"]
    assert heard[1][1]["type"] == "/problems/shutting-down"


async def begun_and_left(url: str) -> None:
    """Read up to the first event, and hang up."""
    token = bearer("ada")["Authorization"]
    asked = f"POST /walk HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nAccept: {EVENT_STREAM}\r\n"
    async with await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2])) as client:
        await client.send(f"{asked}Content-Length: 0\r\n\r\n".encode())
        heard = b""
        while b"event: step" not in heard:
            heard += await client.receive()


async def test_a_client_that_leaves_ends_the_work() -> None:
    walk = Walk(steps=1, then=anyio.sleep_forever)
    async with serve(Parts().app(walk.endpoint())) as url:
        with anyio.fail_after(WITHIN_SECONDS):
            await begun_and_left(url)
        with anyio.fail_after(30):
            await walk.ended.wait()
    assert walk.outcome == "cancelled"


async def test_a_silent_stream_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    app = Parts().app(Walk(steps=1, then=partial(anyio.sleep, 0.3)).endpoint())
    async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada") | ACCEPT) as client:
        answer = await client.post("/walk")
    assert answer.text.count(": still working\n\n") >= 2
    assert [name for name, _ in await read(answer)] == ["step", "arrived"]


async def test_a_client_that_reads_nothing_loses_the_work_and_costs_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SEND_TIMEOUT_SECONDS", 0.5)
    walk = Walk(steps=2 * EVENTS_QUEUED_MAX, text="x" * 100_000, then=anyio.sleep_forever)
    token = bearer("ada")["Authorization"]
    asked = f"POST /walk HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nAccept: {EVENT_STREAM}\r\n"
    async with serve(Parts(request_timeout_seconds=60).app(walk.endpoint())) as url:
        raw = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
        with raw:
            raw.sendall(f"{asked}Content-Length: 0\r\n\r\n".encode())
            with anyio.fail_after(WITHIN_SECONDS):
                await walk.ended.wait()
    assert walk.outcome == "cancelled"


async def test_what_is_behind_the_bound_is_dropped_but_the_end_is_not() -> None:
    _, heard = await walked(Walk(steps=EVENTS_QUEUED_MAX + 50))
    assert [name for name, _ in heard] == ["step"] * EVENTS_QUEUED_MAX + ["arrived"]


# One effect per key, streamed or not


def streaming(shop: Shop) -> Endpoint:
    async def order(call: Call[Order, None]) -> Ordered:
        """Order."""
        call.tell("step", Step(1))
        return await shop.order(call)

    return replace(shop.endpoint(), handler=order, sends=Events("ordered", {"step": Step}))


async def test_a_replay_is_the_one_last_event_whatever_the_first_accepted(shop: Shop) -> None:
    async with shop.parts().client(streaming(shop)) as client:
        first = await client.post("/orders", json=ITEM, headers=keyed("k") | ACCEPT)
        again = await client.post("/orders", json=ITEM, headers=keyed("k") | ACCEPT)
        plain = await client.post("/orders", json=ITEM, headers=keyed("k"))
    told, ordered = await read(first)
    assert (told[0], ordered[0]) == ("step", "ordered")
    assert await read(again) == [ordered]
    assert again.headers["idempotency-replayed"] == "true"
    assert (plain.status_code, plain.json()) == (201, ordered[1])
    assert await shop.effects() == 1


async def test_a_commit_wins_over_the_deadline(shop: Shop) -> None:
    async def linger() -> None:
        await anyio.sleep_forever()

    shop.after = linger
    async with shop.parts().client(streaming(shop)) as client:
        with anyio.fail_after(WITHIN_SECONDS):
            headers = keyed("k") | ACCEPT | {"x-request-timeout": "0.5"}
            heard = await read(await client.post("/orders", json=ITEM, headers=headers))
    assert [name for name, _ in heard] == ["step", "ordered"]
    assert await shop.effects() == 1


# The pure parts


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("text/event-stream, application/json;q=0.5", True),
        ("application/json, text/event-stream", False),
        ("application/json;q=0.2, text/event-stream;q=0.1", False),
        ("text/event-stream;q=0", False),
        ("*/*", False),
        ("", False),
        ("text/event-streams", False),
    ],
)
def test_who_asks_for_events(accept: str, *, wanted: bool) -> None:
    assert wants_events({"headers": [(b"accept", accept.encode())]}) is wanted


@given(st.binary(max_size=200))
def test_no_data_ends_its_event(data: bytes) -> None:
    event = encode_event("e", data)
    assert event.startswith(b"event: e\ndata: ")
    assert event.endswith(b"\n\n")
    assert b"\n\n" not in event[:-2]
    assert b"\r" not in event


def test_the_stream_is_documented() -> None:
    described = document([Walk().endpoint()], version="1")["paths"]["/walk"]["post"]["responses"]
    assert set(described["201"]["content"]) == {"application/json"}
    told = described["200"]["content"][EVENT_STREAM]["x-events"]
    assert set(told) == {"step", "arrived", "problem"}
    assert told["step"]["$ref"].endswith("/Step")
