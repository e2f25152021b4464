"""WebSocket upgrades that are almost right, by the thousand: whatever one connection sends, the server serves on.

`python -m tests.web.mutated_upgrades` sends 10 000 of them to an application on each backend; the tests send fewer.
"""

import argparse
import random
from collections.abc import Iterator
from urllib.parse import urlsplit

import anyio
import httpx

from service.web.endpoint import Access, Call, Endpoint
from tests.http import serve
from tests.web.application import Parts

AT_ONCE = 20
# How long a server may keep a connection open whose client has sent all it had: longer than its own patience.
ENDS_WITHIN_SECONDS = 30

LINES = (
    b"GET /hello HTTP/1.1",
    b"Host: overture.test",
    b"Upgrade: websocket",
    b"Connection: Upgrade",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    b"Sec-WebSocket-Protocol: chat",
)
UPGRADE = b"\r\n".join((*LINES, b"", b""))
# The kind that ended the process on trio (pgjones/hypercorn#225).
ONE_BYTE_MORE = UPGRADE + b"x"
# A text, a ping, a close, a frame without mask, one of an unknown kind, and one longer than anything.
FRAMES = (
    b"\x81\x85\x01\x02\x03\x04ignmn",
    b"\x89\x80\x01\x02\x03\x04",
    b"\x88\x82\x01\x02\x03\x04\x02\xea",
    b"\x81\x05hello",
    b"\x83\x80\x01\x02\x03\x04",
    b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff",
)


async def hello(_call: Call[None, None]) -> dict[str, str]:
    """Say hello."""
    return {"hello": "world"}


HELLO = Endpoint("GET", "/hello", hello, answer=dict[str, str], access=Access.PUBLIC)


def mutants(count: int, *, seed: int) -> Iterator[list[bytes]]:
    """Upgrades with up to three things wrong, each in the pieces in which it is sent."""
    choice = random.Random(seed)
    yield [ONE_BYTE_MORE]
    yield [UPGRADE, b"x"]
    for _ in range(count - 2):
        sent = UPGRADE
        for _ in range(choice.randint(1, 3)):
            sent = mutated(sent, choice)
        cuts = sorted(choice.sample(range(1, len(sent)), choice.randint(0, 2))) if len(sent) > 3 else []
        yield [sent[start:end] for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


def mutated(sent: bytes, choice: random.Random) -> bytes:
    place, few = choice.randrange(len(sent) + 1), choice.randint(1, 4)
    line, other = choice.sample(LINES, 2)
    ways = (
        sent[:place] + choice.randbytes(few) + sent[place:],
        sent[:place] + sent[place + few :],
        sent[:place] + choice.randbytes(1) + sent[place + 1 :],
        sent[:place],
        sent + choice.choice(FRAMES),
        sent + sent,
        sent.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\nabc", 1),
        sent.replace(line, other, 1),
        sent.replace(line, line + b"\r\n" + other),
    )
    return choice.choice(ways)


async def bombard(url: str, count: int, *, seed: int = 0) -> None:
    """Send the mutants, and see that each connection ends and that the server still answers."""
    address = urlsplit(url)
    waiting = mutants(count, seed=seed)

    async def send() -> None:
        for pieces in waiting:
            with anyio.fail_after(ENDS_WITHIN_SECONDS):
                await exchange(str(address.hostname), int(address.port or 0), pieces)

    async with anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(send)
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        assert (await client.get("/hello")).json() == {"hello": "world"}


async def exchange(host: str, port: int, pieces: list[bytes]) -> None:
    async with await anyio.connect_tcp(host, port) as stream:
        try:
            for piece in pieces:
                await stream.send(piece)
                await anyio.lowlevel.checkpoint()
            await stream.send_eof()
            while True:
                await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError, OSError):
            return


async def main(count: int) -> None:
    async with serve(Parts().app(HELLO)) as url:
        await bombard(url, count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    wanted = parser.parse_args().count
    for backend in ("asyncio", "trio"):
        anyio.run(main, wanted, backend=backend)
        print(f"{backend}: {wanted} mutated upgrades, and it serves")
