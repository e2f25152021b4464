"""A stand between a server and its PostgreSQL that keeps back the answer to one COMMIT."""

import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
from anyio.abc import SocketStream

_SOCKET = ".s.PGSQL.5432"


@dataclass
class CommitCatcher:
    """Passes everything on. Once `table` is set: when a connection has named that table and then sends COMMIT, the
    COMMIT is passed on, `is_caught` is set, and nothing that the server says on that connection arrives any more."""

    database_url: str  # for who is to be caught
    table: bytes = b""
    is_caught: anyio.Event = field(default_factory=anyio.Event)


@asynccontextmanager
async def commit_catcher(database_url: str) -> AsyncGenerator[CommitCatcher]:
    """For a server on a Unix socket, as the tests' own is."""
    (folder,) = parse_qs(urlsplit(database_url).query)["host"]
    ours = Path(tempfile.mkdtemp(prefix="overture-test-"))
    catcher = CommitCatcher(database_url.replace(folder, str(ours)))

    async def serve(client: SocketStream) -> None:
        try:
            async with client, await anyio.connect_unix(f"{folder}/{_SOCKET}") as server:
                await _relay(catcher, client, server)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            pass

    try:
        async with await anyio.create_unix_listener(ours / _SOCKET) as listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, serve)
            yield catcher
            group.cancel_scope.cancel()
    finally:
        shutil.rmtree(ours, ignore_errors=True)


async def _relay(catcher: CommitCatcher, client: SocketStream, server: SocketStream) -> None:
    is_caught = has_named = False

    async def answers() -> None:
        try:
            while True:
                said = await server.receive()
                if not is_caught:
                    await client.send(said)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(answers)
        try:
            while True:
                asked = await client.receive()
                has_named = has_named or (bool(catcher.table) and catcher.table in asked)
                if has_named and b"COMMIT" in asked:
                    is_caught = True
                await server.send(asked)
                if is_caught:
                    catcher.is_caught.set()
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            group.cancel_scope.cancel()
