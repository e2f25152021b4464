"""An application behind our HTTP server on the loopback, on whichever backend the test runs."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Literal, cast

import anyio
import sniffio

from service.web.http_server import BACKLOG, Connections, serve_http

CONNECTIONS_MAX = 1_000


@asynccontextmanager
async def serve(app: Any, *, stop_seconds: float = 5.0) -> AsyncGenerator[str]:
    """Serve `app` on 127.0.0.1 on a free port and yield the base URL, `http://127.0.0.1:<port>`.

    The socket listens before the server runs, so the first request cannot come too early. Leaving stops the server;
    one that still serves after `stop_seconds` is cancelled.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    port = listener.getsockname()[1]
    backend = cast("Literal['asyncio', 'trio']", sniffio.current_async_library())
    serving = partial(
        serve_http,
        app=app,
        listener=listener,
        backend=backend,
        connections=Connections(CONNECTIONS_MAX),
        grace_seconds=0.2,
    )
    stopping = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(serving, stopping.wait)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stopping.set()
            group.cancel_scope.deadline = anyio.current_time() + stop_seconds
