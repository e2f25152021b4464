"""The load generator: calls over raw HTTP/1.1, a connection each, and what became of them.

Reads a `Load` as JSON from its standard input, writes a list of `Heard` to its standard output.
"""

import sys
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import anyio
import h11
import msgspec
from anyio.abc import ByteStream

READ_BYTES = 65_536


class Request(msgspec.Struct, frozen=True):
    method: str
    url: str
    headers: dict[str, str] = {}
    body: str = ""


class Call(msgspec.Struct, frozen=True):
    """Requests one after another; they are one call where the fakes are asked alone: the page, then the model."""

    requests: tuple[Request, ...]


class Load(msgspec.Struct, frozen=True):
    """`in_flight` people make the calls, each the next one when the last is answered.

    The n-th person starts `apart_seconds` after the one before. `leave_after_seconds` closes each call's connection so
    long after it began. `marker`: when it first stands in an answer is measured, too.
    """

    calls: tuple[Call, ...]
    in_flight: int
    limit_seconds: float
    apart_seconds: float = 0.0
    leave_after_seconds: float | None = None
    marker: str = ""


class Heard(msgspec.Struct):
    """What became of call `number`; status 0: no answer. Seconds since it began; `left_at` is the time on the wall, for
    other processes."""

    number: int = 0
    status: int = 0
    seconds: float = 0.0
    marker_seconds: float | None = None
    left_at: float | None = None
    body: str = ""
    error: str = ""


async def run(load: Load) -> list[Heard]:
    heard: list[Heard] = []
    left = iter(enumerate(load.calls))

    async def person(number: int) -> None:
        await anyio.sleep(number * load.apart_seconds)
        while (call := next(left, None)) is not None:
            heard.append(await made(*call, load))

    with anyio.move_on_after(load.limit_seconds):
        async with anyio.create_task_group() as group:
            for number in range(load.in_flight):
                group.start_soon(person, number)
    return heard


async def made(number: int, call: Call, load: Load) -> Heard:
    began = time.perf_counter()
    heard = Heard(number)
    with anyio.move_on_after(load.leave_after_seconds) as patience:
        try:
            for request in call.requests:
                await _exchange(request, heard, began=began, marker=load.marker.encode())
        except (OSError, anyio.BrokenResourceError, anyio.EndOfStream, h11.RemoteProtocolError) as error:
            heard.status, heard.error = 0, repr(error)
    if patience.cancelled_caught:
        heard.status, heard.left_at = 0, time.time()
    heard.seconds = time.perf_counter() - began
    return heard


async def _exchange(request: Request, heard: Heard, *, began: float, marker: bytes) -> None:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    body = request.body.encode()
    headers = {"host": parts.netloc, "content-length": str(len(body)), "connection": "close", **request.headers}
    machine = h11.Connection(h11.CLIENT)
    async with await anyio.connect_tcp(parts.hostname or "", parts.port or 80) as stream:
        said = machine.send(h11.Request(method=request.method, target=target, headers=list(headers.items())))
        said = (said or b"") + (machine.send(h11.Data(data=body)) or b"") + (machine.send(h11.EndOfMessage()) or b"")
        await stream.send(said)
        content = bytearray()
        while True:
            event = await _next(machine, stream)
            if isinstance(event, h11.Response):
                heard.status = event.status_code
            elif isinstance(event, h11.Data):
                content += event.data
                if marker and heard.marker_seconds is None and marker in content:
                    heard.marker_seconds = time.perf_counter() - began
            elif isinstance(event, h11.EndOfMessage):
                break
        heard.body = content.decode(errors="replace")


async def _next(machine: h11.Connection, stream: ByteStream) -> object:
    while (event := machine.next_event()) is h11.NEED_DATA:
        try:
            machine.receive_data(await stream.receive(READ_BYTES))
        except anyio.EndOfStream:
            machine.receive_data(b"")
    return event


def encoded(heard: Sequence[Heard]) -> bytes:
    return msgspec.json.encode(heard)


if __name__ == "__main__":
    told = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    sys.stdout.buffer.write(encoded(anyio.run(run, told)))
