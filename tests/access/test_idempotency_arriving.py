"""One effect per key where the body is read while it arrives: what it was is known at its end, and not before."""

import tracemalloc
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import anyio
import pytest
from anyio.abc import SocketStream
from sqlalchemy import text

from service.kernel.database import Transaction
from service.web.endpoint import Call, Endpoint, IncomingBody
from service.web.receiving import Incoming
from tests.http import serve
from tests.web.application import bearer
from tests.web.shop import Shop, keyed, slug
from tests.web.test_receiving import answered, head, status

pytestmark = pytest.mark.anyio

CSV = {"Content-Type": "text/csv"}
ASKING = head("Content-Type: text/csv", "Content-Length: 10", "Idempotency-Key: k", path="/grain")
PIECE = b"grain " * 10_000
WITHIN_SECONDS = 60


class Granary:
    """Each delivery is an effect that can be counted, in the shop's table; `came` tells of the first piece."""

    def __init__(self, shop: Shop, *, reads: bool = True) -> None:
        self._shop = shop
        self._reads = reads
        self.came = anyio.Event()

    async def take(self, call: Call[Incoming, None]) -> dict[str, int]:
        """Take a delivery in."""
        taken = 0
        if self._reads:
            async for piece in call.body:
                taken += len(piece)
                self.came.set()

        async def effect(tx: Transaction) -> dict[str, int]:
            number = await tx.scalar(text("INSERT INTO shop_orders (item) VALUES ('grain') RETURNING number"))
            answer = {"number": number, "taken": taken}
            await call.remember(tx, answer)
            return answer

        return await self._shop.db.run(effect)

    def endpoint(self) -> Endpoint:
        return Endpoint(
            "POST",
            "/grain",
            self.take,
            answer=dict[str, int],
            body=IncomingBody(("text/csv", "application/x-ndjson"), max_bytes=100_000_000),
            idempotent=True,
        )


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


async def opened(url: str) -> SocketStream:
    address = urlsplit(url)
    return await anyio.connect_tcp(str(address.hostname), int(address.port or 0))


async def test_a_repeat_is_the_same_bytes_however_they_are_cut(shop: Shop) -> None:
    async with shop.parts().client(Granary(shop).endpoint()) as client:
        for body, again in ((b"grain", pieces(b"gr", b"", b"ain")), (b"", pieces())):
            headers = keyed(f"k{len(body)}") | CSV
            first = await client.post("/grain", content=body, headers=headers)
            repeat = await client.post("/grain", content=again, headers=headers)
            assert (first.status_code, "idempotency-replayed" in first.headers) == (200, False)
            assert (repeat.status_code, repeat.content) == (200, first.content)
            assert repeat.headers["idempotency-replayed"] == "true"
    assert await shop.effects() == 2


async def test_what_else_was_said_must_be_the_same_too(shop: Shop) -> None:
    """An answer is its tenant's: one person's two tenants do not hear of each other."""
    other_tenant = bearer("ada", tenant="t-1")
    async with shop.parts().client(Granary(shop).endpoint()) as client:
        await client.post("/grain", content=b"grain", headers=keyed("k") | CSV)
        for body, headers in (
            (b"grains", CSV),
            (b"", CSV),
            (b"grain", {"Content-Type": "application/x-ndjson"}),
            (b"grain", CSV | other_tenant),
        ):
            other = await client.post("/grain", content=body, headers=keyed("k") | headers)
            assert (other.status_code, slug(other)) == (422, "idempotency-mismatch")
    assert await shop.effects() == 1


async def test_while_the_first_arrives_the_second_is_told_so_before_it_sends_anything(shop: Shop) -> None:
    granary = Granary(shop)
    async with (
        serve(shop.parts().app(granary.endpoint())) as url,
        await opened(url) as first,
        await opened(url) as second,
    ):
        await first.send(ASKING + b"01234")
        with anyio.fail_after(WITHIN_SECONDS):
            await granary.came.wait()
        await second.send(ASKING)
        early = await answered(second)
        assert (status(early), b"idempotency-in-progress" in early) == (409, True)
        await first.send(b"56789")
        done = await answered(first)
    assert (status(done), await shop.effects(), await shop.keys("status = 200")) == (200, 1, 1)


async def test_a_client_that_leaves_midway_frees_the_key(shop: Shop) -> None:
    granary, parts = Granary(shop), shop.parts()
    async with serve(parts.app(granary.endpoint())) as url:
        async with await opened(url) as stream:
            await stream.send(ASKING + b"01234")
            with anyio.fail_after(WITHIN_SECONDS):
                await granary.came.wait()
            assert await shop.keys() == 1
        with anyio.fail_after(WITHIN_SECONDS):
            await parts.in_flight.wait_until_empty()
    assert (await shop.keys(), await shop.effects()) == (0, 0)


async def test_an_answer_before_the_end_of_the_body_is_loud(shop: Shop) -> None:
    async with shop.parts().client(Granary(shop, reads=False).endpoint()) as client:
        answer = await client.post("/grain", content=b"grain", headers=keyed("k") | CSV)
    assert (answer.status_code, await shop.effects(), await shop.keys()) == (500, 0, 0)


async def test_memory_holds_no_body(shop: Shop) -> None:
    """Neither of the first request, nor of its repeat: one piece of many at a time."""
    async with shop.parts().client(Granary(shop).endpoint()) as client:
        await client.post("/grain", content=b"warm", headers=keyed("warm") | CSV)
        tracemalloc.start()
        try:
            for is_repeat in (False, True):
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                answer = await client.post("/grain", content=pieces(*[PIECE] * 300), headers=keyed("k") | CSV)
                assert answer.json()["taken"] == 300 * len(PIECE)
                assert ("idempotency-replayed" in answer.headers) == is_repeat
                assert tracemalloc.get_traced_memory()[1] - before < 10 * len(PIECE)
        finally:
            tracemalloc.stop()
