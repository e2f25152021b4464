"""A server that speaks OpenAI's chat completions, and misbehaves on request: raw TCP, so that nothing corrects it.

    python -m tests.fakes.model_server --port 9000 --latency 2 --chunks 40 --per-second 20

What it does with a request is decided by, in this order: the script (`ModelServer.script`, or from another process
POST /_script {"model": "...", "faults": ["429", "ok"]}), one fault for each request in turn; the model's name, where it
says `fault-...` (`fault-stall`); otherwise it answers in its manner. `FAULTS` lists the faults; three digits are a
status, and a name in `ModelServer.recorded` is that answer, byte for byte. GET /_seen tells what was asked and when
each connection closed.
"""

import argparse
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from ssl import SSLContext
from typing import Any

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSListener

from tests.fakes.model_faults import FAULTS, Fault, recorded, status
from tests.fakes.model_talk import Manner, Seen, Talk, document

# No promise, but an end for what hangs.
HANGS_SECONDS = 30.0


@dataclass
class ModelServer:
    port: int
    manner: Manner = field(default_factory=Manner)
    requests: list[Seen] = field(default_factory=list[Seen])
    opened: int = 0
    live: int = 0
    scripts: dict[str, deque[str]] = field(default_factory=dict[str, "deque[str]"])
    recorded: dict[str, bytes] = field(default_factory=dict[str, bytes])
    changed: anyio.Event = field(default_factory=anyio.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *faults: str, model: str = "*") -> None:
        """What becomes of the next requests for `model`, or of the next of all."""
        self.scripts.setdefault(model, deque()).extend(faults)

    def fault_for(self, model: str) -> str:
        for name in (model, "*"):
            if self.scripts.get(name):
                return self.scripts[name].popleft()
        return model.partition("fault-")[2] or "ok"

    def tell(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        with anyio.fail_after(HANGS_SECONDS):
            while not condition():
                await self.changed.wait()

    async def quiet(self) -> None:
        """Until every request has ended and no connection is open any more."""
        await self.until(lambda: not self.live)

    def describe(self) -> dict[str, Any]:
        return {"live": self.live, "opened": self.opened, "requests": [asdict(seen) for seen in self.requests]}


@asynccontextmanager
async def model_server(
    manner: Manner | None = None, *, port: int = 0, tls: SSLContext | None = None
) -> AsyncGenerator[ModelServer, None]:
    """Serve on 127.0.0.1, https with `tls`, for the time of the `async with`."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    server = ModelServer(listener.extra(SocketAttribute.local_port), manner or Manner())
    async with listener, anyio.create_task_group() as group:
        accepting = TLSListener(listener, tls, standard_compatible=False) if tls else listener
        group.start_soon(accepting.serve, partial(_serve, server))
        yield server
        group.cancel_scope.cancel()


async def _serve(server: ModelServer, stream: ByteStream) -> None:
    server.opened += 1
    server.live += 1
    connection = server.opened
    try:
        async with stream:
            received = b""
            while True:
                request, received = await _request(stream, received)
                more = await _answer(server, stream, connection, request)
                if more is None:
                    return
                received += more
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, ValueError):
        pass
    finally:
        server.live -= 1
        server.tell()


Request = tuple[str, str, dict[str, str], bytes]


async def _request(stream: ByteStream, received: bytes) -> tuple[Request, bytes]:
    while b"\r\n\r\n" not in received:
        received += await stream.receive()
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", 0))
    while len(body) < length:
        body += await stream.receive()
    method, path, _ = first.split(" ", 2)
    return (method, path, headers, body[:length]), body[length:]


async def _answer(server: ModelServer, stream: ByteStream, connection: int, request: Request) -> bytes | None:
    """The first bytes of the next request, as far as they came early; None where there will be none."""
    method, path, headers, content = request
    if path == "/_seen":
        await stream.send(document(json.dumps(server.describe()).encode()))
        return b""
    body = json.loads(content or b"{}")
    if path == "/_script":
        server.script(*body["faults"], model=body.get("model", "*"))
        await stream.send(document(b"{}"))
        return b""
    if method != "POST" or not path.partition("?")[0].endswith("/chat/completions"):
        await stream.send(document(b"{}", status=404))
        return b""
    seen = Seen(path, headers, body, time.time(), connection)
    server.requests.append(seen)
    server.tell()
    return await _talk(server, Talk(stream, server.manner, seen, server.tell), server.fault_for(seen.model))


async def _talk(server: ModelServer, talk: Talk, fault: str) -> bytes | None:
    """Answer, and at the same time watch for the client's leaving."""
    seen = talk.seen
    early = bytearray()
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            try:
                while True:
                    early.extend(await talk.stream.receive())
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                seen.ended = seen.ended or "left"
            group.cancel_scope.cancel()

        group.start_soon(watch)
        try:
            await _fault(server, fault)(talk)
            seen.ended = seen.ended or "whole"
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            seen.ended = seen.ended or "left"
        group.cancel_scope.cancel()
    seen.ended_at = time.time()
    server.tell()
    return bytes(early) if seen.ended == "whole" else None


def _fault(server: ModelServer, name: str) -> Fault:
    if name in server.recorded:
        return partial(recorded, answer=server.recorded[name])
    return FAULTS[name] if name in FAULTS else partial(status, code=int(name))


def _arguments() -> Iterator[tuple[str, type, Any]]:
    yield from (("--port", int, 0), ("--latency", float, 0.0), ("--chunks", int, 20), ("--per-second", float, 0.0))


async def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.model_server")
    for name, kind, default in _arguments():
        parser.add_argument(name, type=kind, default=default)
    parser.add_argument("--obeys", action="store_true", help="do what untrusted text says")
    parser.add_argument("--adds", default="", metavar="TEXT", help="a paragraph that goes into every letter")
    parser.add_argument("--retry-after", default="", help="sent with every error status")
    parser.add_argument("--fault", action="append", default=[], metavar="[MODEL=]FAULT", help="one a request, in order")
    given = parser.parse_args()
    manner = Manner(given.latency, given.chunks, given.per_second, given.retry_after, given.obeys, given.adds)
    async with model_server(manner, port=given.port) as server:
        for entry in given.fault:
            model, _, fault = entry.rpartition("=")
            server.script(fault, model=model or "*")
        print(server.base_url, flush=True)
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(_main)
