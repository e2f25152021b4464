"""An application behind a real Hypercorn on the loopback, on whichever backend the test runs."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import anyio
import hypercorn.asyncio
import hypercorn.trio
import sniffio
from hypercorn.config import Config


@asynccontextmanager
async def serve(app: Any, *, stop_seconds: float = 5.0) -> AsyncGenerator[str]:
    """Serve `app` on 127.0.0.1 on a free port and yield the base URL, `http://127.0.0.1:<port>`.

    The socket listens before the server runs, so the first request cannot come too early. Leaving stops the server;
    one that still serves after `stop_seconds` is cancelled.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.errorlog = None
    config.graceful_timeout = 0.2
    # Hypercorn's own annotations are incomplete.
    runner = cast("Any", hypercorn.trio if sniffio.current_async_library() == "trio" else hypercorn.asyncio)
    stopping = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(partial(runner.serve, app, config, shutdown_trigger=stopping.wait, mode="asgi"))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stopping.set()
            group.cancel_scope.deadline = anyio.current_time() + stop_seconds
