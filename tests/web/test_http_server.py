"""How many connections a server keeps and which it drops; what they may send, and what becomes of the others."""

from dataclasses import dataclass

import anyio
import pytest
from structlog.testing import capture_logs

from service.web.endpoint import Call, Endpoint
from service.web.http_server import Connections
from tests.http import serve
from tests.web.application import Parts
from tests.web.mutated_upgrades import HELLO, bombard
from tests.web.test_receiving import answered, connected, head, status

pytestmark = pytest.mark.anyio


@dataclass(eq=False)
class Held:
    """A connection that only notes its end."""

    is_dropped: bool = False

    def drop(self) -> None:
        self.is_dropped = True


async def test_the_one_without_a_request_for_longest_makes_room() -> None:
    connections = Connections(3)
    first, second, third, fourth = Held(), Held(), Held(), Held()
    with connections.hold(first), connections.hold(second), connections.hold(third):
        connections.mark(first, is_idle=False)
        connections.mark(second, is_idle=False)
        connections.mark(second, is_idle=True)
        with connections.hold(fourth) as has_room:
            assert has_room
            assert [one.is_dropped for one in (first, second, third, fourth)] == [False, False, True, False]
            assert len(connections) == 3
    assert len(connections) == 0


async def test_where_all_others_have_a_request_the_new_one_goes() -> None:
    connections = Connections(1)
    busy, late = Held(), Held()
    with connections.hold(busy):
        connections.mark(busy, is_idle=False)
        with connections.hold(late) as has_room:
            assert (has_room, late.is_dropped, busy.is_dropped) == (False, True, False)
        assert len(connections) == 1


async def test_one_that_was_dropped_is_not_idle_again() -> None:
    connections = Connections(1)
    first, second, third = Held(), Held(), Held()
    with connections.hold(first), connections.hold(second):
        assert first.is_dropped
        connections.mark(first, is_idle=True)
        with connections.hold(third):
            assert second.is_dropped
            assert len(connections) == 1


async def test_a_flood_is_one_line() -> None:
    connections = Connections(1)
    with capture_logs() as logged:
        for _ in range(100):
            with connections.hold(Held()), connections.hold(Held()):
                pass
    assert [line["limit"] for line in logged] == [1]


async def test_whatever_one_connection_sends_the_server_serves_on() -> None:
    async with serve(Parts().app(HELLO)) as url:
        await bombard(url, 300)


@pytest.mark.parametrize(
    "lines",
    [
        "X-Folded: a\r\n b",
        "X-Folded: a\r\n\tb",
        "Transfer-Encoding:\r\n chunked",
        "X-Bare: a\nX-Other: b",
        "X-Bare: a\n",
    ],
)
async def test_a_head_that_another_server_could_read_otherwise_is_refused(lines: str) -> None:
    async with connected(HELLO) as stream:
        await stream.send(head(lines, "Content-Length: 0", path="/hello", method="GET"))
        raw = await answered(stream)
    assert status(raw) == 400
    assert b"connection: close" in raw.lower()


async def test_a_head_is_refused_in_whichever_pieces_it_comes() -> None:
    async with connected(HELLO) as stream:
        for byte in head("X-Bare: a\nX-Other: b", path="/hello", method="GET"):
            await stream.send(bytes([byte]))
        assert status(await answered(stream)) == 400


async def read_order(call: Call[None, None]) -> dict[str, int]:
    """One order."""
    return {"number": call.path["number"]}


ORDER = Endpoint("POST", "/orders/{number:int}", read_order, answer=dict[str, int])


@pytest.mark.parametrize(
    ("path", "method", "refused"),
    [
        ("/nowhere", "POST", 404),
        ("/orders/first", "POST", 404),
        ("/orders/1%0A", "POST", 404),
        ("/orders/1%0D", "POST", 404),
        ("/orders/1/", "POST", 307),
        ("/orders/1", "PUT", 405),
    ],
)
async def test_a_refusal_leaves_no_body_to_be_taken_for_a_request(path: str, method: str, refused: int) -> None:
    smuggled = b"POST /orders/1 HTTP/1.1\r\nHost: x\r\n\r\n"
    async with connected(ORDER) as stream:
        await stream.send(head(f"Content-Length: {len(smuggled)}", path=path, method=method))
        raw = await answered(stream)
        assert status(raw) == refused
        is_read = b"connection: close" not in raw.lower()
        await stream.send(smuggled)
        with anyio.fail_after(30):
            while not is_read:
                try:
                    raw += await stream.receive()
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    break
        assert raw.count(b"HTTP/1.1 ") == 1
