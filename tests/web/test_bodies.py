"""A body that is read while it arrives: its pieces, its bounds, and what is noticed of the client meanwhile."""

from dataclasses import dataclass, field, replace

import anyio
import pytest

from service.kernel.errors import InvalidRequest
from service.web.endpoint import Call, Endpoint, IncomingBody
from service.web.openapi import document
from service.web.receiving import Incoming
from tests.web.application import Parts, bearer
from tests.web.test_receiving import answered, connected, head, status

pytestmark = pytest.mark.anyio

LIMIT = 1_000_000
WITHIN_SECONDS = 60


@dataclass
class Mill:
    """An endpoint that takes what comes, piece by piece, and then does as the test says."""

    refuses: bool = False
    waits: anyio.Event | None = None
    works_on: bool = False
    taken: int = 0
    came: anyio.Event = field(default_factory=anyio.Event)
    ended: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(self, call: Call[Incoming, None]) -> dict[str, int]:
        """Grind."""
        try:
            if self.waits is not None:
                await self.waits.wait()
            async for piece in call.body:
                self.taken += len(piece)
                self.came.set()
                if self.refuses:
                    raise InvalidRequest("This is no grain.")
            while self.works_on:
                await anyio.sleep(0.01)
            return {"taken": self.taken}
        finally:
            self.ended.set()


def endpoint(mill: Mill) -> Endpoint:
    return Endpoint(
        "POST",
        "/mill",
        mill,
        answer=dict[str, int],
        body=IncomingBody(("text/csv", "application/x-ndjson"), max_bytes=LIMIT),
    )


def asking(*lines: str, kind: str = "text/csv") -> bytes:
    return head(f"Content-Type: {kind}", *lines, path="/mill")


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


async def test_pieces_are_there_before_the_body_is() -> None:
    mill = Mill()
    async with connected(endpoint(mill)) as stream:
        await stream.send(asking("Content-Length: 10") + b"first")
        with anyio.fail_after(WITHIN_SECONDS):
            await mill.came.wait()
        assert (mill.taken, mill.ended.is_set()) == (5, False)
        await stream.send(b" last")
        raw = await answered(stream)
    assert (status(raw), raw.endswith(b'{"taken":10}')) == (200, True)


async def test_no_body_has_no_pieces() -> None:
    async with connected(endpoint(Mill())) as stream:
        await stream.send(asking("Content-Length: 0"))
        raw = await answered(stream)
        await stream.send(asking("Content-Length: 2") + b"on")
        again = await answered(stream)
    assert (status(raw), raw.endswith(b'{"taken":0}')) == (200, True)
    assert (status(again), again.endswith(b'{"taken":2}')) == (200, True)


async def test_more_than_the_limit_is_refused_as_soon_as_it_is_known() -> None:
    mill = Mill()
    async with connected(endpoint(mill)) as stream:
        await stream.send(asking(f"Content-Length: {LIMIT + 1}"))
        raw = await answered(stream)
    assert (status(raw), mill.ended.is_set()) == (413, False)
    async with connected(endpoint(mill)) as stream:
        await stream.send(asking("Transfer-Encoding: chunked"))
        for _ in range(5):
            await stream.send(chunk(b" " * (LIMIT // 4)))
        raw = await answered(stream)
    assert status(raw) == 413
    assert 0 < mill.taken <= LIMIT


async def test_silence_in_the_middle_is_given_up() -> None:
    mill = Mill()
    async with connected(endpoint(mill), body_timeout_seconds=0.2) as stream:
        await stream.send(asking("Content-Length: 10") + b"first")
        raw = await answered(stream)
    assert (status(raw), mill.ended.is_set()) == (408, True)
    assert b"connection: close" in raw


@pytest.mark.parametrize("is_whole", [False, True], ids=["before the end", "after it"])
async def test_a_client_that_leaves_ends_the_work(is_whole: bool) -> None:
    mill = Mill(works_on=True)
    async with connected(endpoint(mill)) as stream:
        await stream.send(asking("Content-Length: 10") + (b"0123456789" if is_whole else b"01234"))
        with anyio.fail_after(WITHIN_SECONDS):
            await mill.came.wait()
            await stream.aclose()
            await mill.ended.wait()


async def test_what_is_not_taken_waits_at_the_client() -> None:
    waits = anyio.Event()
    mill = Mill(waits=waits)
    poured = 0
    big = replace(endpoint(mill), body=IncomingBody(("text/csv",), max_bytes=1_000_000_000))
    async with connected(big) as stream, anyio.create_task_group() as group:
        await stream.send(asking("Transfer-Encoding: chunked"))

        async def pour() -> None:
            nonlocal poured
            while True:
                await stream.send(chunk(b" " * 100_000))
                poured += 100_000

        group.start_soon(pour)
        await anyio.sleep(0.5)  # nothing tells that nothing happens
        # What sockets and Hypercorn's queue of ten messages hold at most.
        assert 0 < poured < 20_000_000
        assert mill.taken == 0
        waits.set()
        group.cancel_scope.cancel()
    with anyio.fail_after(WITHIN_SECONDS):
        await mill.ended.wait()


async def test_a_refusal_in_the_middle_reaches_a_client_that_still_sends() -> None:
    async with connected(endpoint(Mill(refuses=True))) as stream:
        await stream.send(asking(f"Content-Length: {LIMIT}") + b"x" * (LIMIT // 2))
        raw = await answered(stream)
    assert (status(raw), b"connection: close" in raw) == (422, True)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text/csv", 200),
        ("Text/CSV; charset=UTF-8; header=present", 200),
        ('application/x-ndjson;charset="utf-8"', 200),
        ("text/csv; charset=utf-16", 415),
        ("application/json", 415),
        ("", 415),
    ],
)
async def test_it_calls_itself_one_of_those_declared(kind: str, expected: int) -> None:
    mill = Mill()
    headers = bearer("ada") | ({"Content-Type": kind} if kind else {})
    async with Parts().client(endpoint(mill)) as caller:
        answer = await caller.post("/mill", content=b"x", headers=headers)
    assert (answer.status_code, mill.ended.is_set()) == (expected, expected == 200)


async def test_a_drain_does_not_say_that_nothing_was_kept() -> None:
    parts, mill = Parts(), Mill(works_on=True)
    async with parts.client(endpoint(mill)) as caller, anyio.create_task_group() as group:

        async def ask() -> None:
            answer = await caller.post("/mill", content=b"x", headers={"Content-Type": "text/csv"})
            assert answer.status_code == 503
            assert "stays" in answer.json()["detail"]

        group.start_soon(ask)
        with anyio.fail_after(WITHIN_SECONDS):
            await mill.came.wait()
        parts.in_flight.cancel()


def test_the_contract_names_what_it_takes() -> None:
    described = document([endpoint(Mill())], version="1")["paths"]["/mill"]["post"]
    assert list(described["requestBody"]["content"]) == ["text/csv", "application/x-ndjson"]
    assert {"408", "413", "415"} <= set(described["responses"])
    assert "400" in described["responses"]
