"""A file sent while it is made: its pieces, its end, and what a client takes of one that was broken off."""

from dataclasses import dataclass, field

import anyio
import httpx
import pytest

from service.kernel.errors import NotFound
from service.web.endpoint import Call, Download, Endpoint
from service.web.openapi import document
from tests.http import serve
from tests.web.application import Parts, bearer

pytestmark = pytest.mark.anyio

WITHIN_SECONDS = 60
PIECE = b"x" * 100_000


@dataclass
class Press:
    """An endpoint that writes so many pieces, and then does as the test says."""

    pieces: int = 3
    fails_after: int | None = None
    written: int = 0
    ended: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(self, call: Call[None, None]) -> None:
        """Print."""
        try:
            for number in range(self.pieces):
                if number == self.fails_after:
                    raise NotFound("There is no more paper.")
                await call.write(PIECE)
                self.written += 1
        finally:
            self.ended.set()


def endpoint(press: Press) -> Endpoint:
    return Endpoint("GET", "/book", press, sends=Download("book.zip", "application/zip"))


async def test_the_pieces_are_the_file() -> None:
    press = Press()
    async with Parts().client(endpoint(press)) as caller:
        answer = await caller.get("/book")
    assert (answer.status_code, answer.content) == (200, PIECE * 3)
    assert answer.headers["content-disposition"] == 'attachment; filename="book.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert "content-length" not in answer.headers


async def test_a_file_of_nothing_is_a_file() -> None:
    async with Parts().client(endpoint(Press(pieces=0))) as caller:
        answer = await caller.get("/book")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/zip"


async def test_a_problem_before_the_first_piece_is_answered_like_any_other() -> None:
    async with Parts().client(endpoint(Press(fails_after=0))) as caller:
        answer = await caller.get("/book")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_what_is_broken_off_is_no_whole_file() -> None:
    press = Press(fails_after=2)
    app = Parts().app(endpoint(press))
    with anyio.fail_after(WITHIN_SECONDS):
        async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada")) as caller:
            with pytest.raises(httpx.RemoteProtocolError):
                await caller.get("/book")
            press.fails_after = None
            assert (await caller.get("/book")).content == PIECE * 3


async def test_head_asks_for_the_headers_alone() -> None:
    press = Press(pieces=1_000_000)
    app = Parts().app(endpoint(press))
    with anyio.fail_after(WITHIN_SECONDS):
        async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada")) as caller:
            answer = await caller.head("/book")
            await press.ended.wait()
    assert (answer.status_code, answer.content) == (200, b"")
    assert press.written <= 1


async def test_no_more_is_made_than_the_client_takes_and_its_leaving_ends_it() -> None:
    press = Press(pieces=1_000_000)
    app = Parts().app(endpoint(press))
    with anyio.fail_after(WITHIN_SECONDS):
        async with serve(app) as url:
            authorization = bearer("ada")["Authorization"]
            async with await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2])) as caller:
                await caller.send(f"GET /book HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n".encode())
                assert (await caller.receive()).startswith(b"HTTP/1.1 200")
                await anyio.sleep(0.5)  # nothing tells that nothing happens
                # What sockets and Hypercorn hold at most; the rest of a hundred gigabytes was not made.
                assert 0 < press.written < 200
                assert not press.ended.is_set()
            await press.ended.wait()


async def test_the_time_of_the_request_is_the_time_of_the_file() -> None:
    press = Press(pieces=1_000_000)
    app = Parts(request_timeout_seconds=0.3).app(endpoint(press))
    with anyio.fail_after(WITHIN_SECONDS):
        async with serve(app) as url, httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada")) as caller:
            with pytest.raises(httpx.RemoteProtocolError):
                await caller.get("/book")
            await press.ended.wait()


async def test_an_endpoint_without_a_download_writes_nothing() -> None:
    async def confused(call: Call[None, None]) -> None:
        """Write all the same."""
        await call.write(PIECE)

    async with Parts().client(Endpoint("GET", "/book", confused)) as caller:
        assert (await caller.get("/book")).status_code == 500


def test_the_contract_says_what_kind_of_file() -> None:
    described = document([endpoint(Press())], version="1")
    content = described["paths"]["/book"]["get"]["responses"]["200"]["content"]
    assert list(content) == ["application/zip"]


async def test_a_call_may_say_which_file_it_is() -> None:
    async def print_(call: Call[None, None]) -> None:
        """Print another one."""
        call.name_file("book.txt", "text/plain")
        await call.write(b"Once")

    named = Endpoint("GET", "/book", print_, sends=Download("x", "application/zip", other_media_types=("text/plain",)))
    async with Parts().client(named) as caller:
        answer = await caller.get("/book")
    assert (answer.headers["content-type"], answer.content) == ("text/plain", b"Once")
    assert answer.headers["content-disposition"] == 'attachment; filename="book.txt"'
    content = document([named], version="1")["paths"]["/book"]["get"]["responses"]["200"]["content"]
    assert list(content) == ["application/zip", "text/plain"]
