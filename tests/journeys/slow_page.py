"""A page that takes its time, and says when somebody has asked for it and when they have gone."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import SocketAttribute, SocketStream

PAGE = b"""<html><body><h1>Backend Engineer</h1><p>Acme</p>
<h2>Requirements</h2><ul><li>Python and PostgreSQL</li></ul></body></html>"""


@dataclass
class SlowPage:
    url: str
    asked: anyio.Event = field(default_factory=anyio.Event)
    may_answer: anyio.Event = field(default_factory=anyio.Event)


@asynccontextmanager
async def slow_page() -> AsyncGenerator[SlowPage]:
    """Serves `/robots.txt` at once (there is none) and every other path only after `may_answer` is set."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    page = SlowPage(f"http://127.0.0.1:{port}/jobs/1")

    async def serve(stream: SocketStream) -> None:
        async with stream:
            try:
                request = await stream.receive()
                if request.startswith(b"GET /robots.txt"):
                    await stream.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return
                page.asked.set()
                await page.may_answer.wait()
                head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
                await stream.send(head.encode() + PAGE)
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                pass

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield page
        group.cancel_scope.cancel()
