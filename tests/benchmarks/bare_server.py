"""The list of jobs with nothing around it: the least that answers the same bytes behind the same token and wall.

    python -m tests.benchmarks.bare_server --port 8001

On our server (Hypercorn, asyncio) with our settings, bare asyncpg and JSON built by hand: BEGIN with role and settings,
our own statement (the page and the capped count), COMMIT, as the gateway says them. No routing, no validation, no
deadline, no watch for the client's leaving, no request id, no metrics, no log, no problem documents, no pool that
checks its connections.
"""

import argparse
import asyncio
import base64
import hashlib
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, cast
from urllib.parse import parse_qs

import asyncpg
from hypercorn.asyncio import serve  # pyright: ignore[reportUnknownVariableType]  # its WSGI half
from hypercorn.config import Config
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from msgspec import json as wire
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from service.access.tokens import Authenticator
from service.crm.jobs.model import Wanted
from service.crm.jobs.store.listing import page_with_count, parameters_of, shape_of
from service.crm.model import STATUSES
from service.kernel.clock import SystemClock
from service.kernel.database import Bounds
from service.kernel.database.paging import Window
from service.kernel.database.wall import Acting, opening
from service.kernel.identifiers import TenantId
from service.kernel.process import keep_what_is_loaded
from service.web import http_server as ours

CONNECTIONS = 20
COUNTED_MAX = 10_000
# The statement itself is ours: the page and the capped count in one, as the driver takes it.
_compiled: Any = page_with_count(shape_of(Wanted(), Window(1))).compile(dialect=PGDialect_asyncpg())
PAGE, PLACES = str(_compiled), tuple(_compiled.positiontup)
HEADERS = [(b"content-type", b"application/json")]

encode = wire.Encoder().encode
STATUS_NAMES = {number: encode(status) for number, status in enumerate(STATUSES, 1)}
# How the list and its order are named in the checksum of a cursor.
BY_DATE = "jobs by date DESC, status None, search None"

# What the gateway says in its opening words.
LIMITS = Bounds().server_limits()


class Jobs:
    """The application, over connections of its own: the last one given back is the next one taken."""

    def __init__(self, authenticator: Authenticator, connections: Sequence[Any]) -> None:
        self._authenticator = authenticator
        self._free: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
        for connection in connections:
            self._free.put_nowait(connection)

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            return
        body = b"ready"
        if scope["path"] == "/api/jobs":
            said = next(value for name, value in scope["headers"] if name == b"authorization")
            principal = self._authenticator.principal(said.decode("latin-1"))
            limit = int(parse_qs(scope["query_string"]).get(b"limit", [b"25"])[0])
            body = await self._page(Acting(principal.user, principal.tenant), limit)
        headers = [*HEADERS, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _page(self, acting: Acting, limit: int) -> bytes:
        words = opening(acting, as_app=True, is_read_only=True, limits=LIMITS)
        connection = await self._free.get()
        try:
            await connection.execute(words)
            rows = await connection.fetch(PAGE, *parameters(acting.tenant, limit))
            await connection.execute("COMMIT")
        finally:
            self._free.put_nowait(connection)
        return page(rows, limit)


def parameters(tenant: TenantId, limit: int) -> list[Any]:
    given = parameters_of(tenant, Wanted(), Window(limit))
    return [given[name] for name in PLACES]


def page(rows: Sequence[Any], limit: int) -> bytes:
    shown, counted = rows[:limit], rows[0][-1] if rows else 0
    cursor = b"null"
    if len(rows) > limit:
        cursor = encode(sealed(BY_DATE, 2, shown[-1]["created_at"], shown[-1]["id"]))
    return (
        b'{"items":[%b],"page":1,"limit":%d,"total":%d,"total_is_exact":%b,"next_cursor":%b}'
        % (
            b",".join([item(row) for row in shown]),
            limit,
            min(counted, COUNTED_MAX),
            b"true" if counted <= COUNTED_MAX else b"false",
            cursor,
        )
    )  # fmt: skip


def item(row: Any) -> bytes:
    (number, title, url, description, salary, notes, resume_date, status_id, organization, company, source, applied_at,
     created_at, updated_at, deal_id, deal_name, deal_status, _, _) = row  # fmt: skip
    status, created = STATUS_NAMES[status_id], encode(created_at)
    deal = b"null"
    if deal_id is not None:
        deal = b'{"id":%d,"name":%b,"status":"%b"}' % (deal_id, encode(deal_name), deal_status.encode())
    return (
        b'{"id":%d,"job_title":%b,"job_url":%b,"description":%b,"salary_range":%b,"notes":%b,"resume_date":%b,'
        b'"status":%b,"organization":{"id":%d,"name":%b},"lead":{"id":%d,"source":%b,"status":{"id":%d,"name":%b},'
        b'"deal":%b,"created_at":%b},"application_date":%b,"created_at":%b,"updated_at":%b}'
    ) % (
        number, encode(title), encode(url), encode(description), encode(salary), encode(notes), encode(resume_date),
        status, organization, encode(company), number, encode(source), status_id, status, deal, created,
        encode(applied_at), created, encode(updated_at),
    )  # fmt: skip


def sealed(order: str, number: int, *keys: Any) -> str:
    """The cursor to page `number` that leads on from the row of these keys: see `service.web.paging`."""
    content = encode([number, keys])
    digest = hashlib.blake2b(order.encode() + b"\0" + content, digest_size=8, person=b"overture").digest()
    return base64.urlsafe_b64encode(digest + content).decode().rstrip("=")


async def _main(port: int) -> None:
    authenticator = Authenticator.with_secret(os.environ["OVERTURE_JWT_SECRET"].encode(), clock=SystemClock())
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.backlog = ours.BACKLOG
    config.h11_max_incomplete_size = ours.HEADERS_MAX_BYTES
    config.keep_alive_timeout = ours.KEEP_ALIVE_SECONDS
    config.include_server_header = False
    config.errorlog = None
    vendor: Any = asyncpg  # it ships no types
    url = os.environ["DATABASE_URL"].replace("postgresql+asyncpg://", "postgresql://")
    async with AsyncExitStack() as stack:
        connections: list[Any] = []
        for _ in range(CONNECTIONS):
            connections.append(await vendor.connect(url))
            stack.push_async_callback(connections[-1].close)
        keep_what_is_loaded()
        run = cast("Callable[..., Awaitable[None]]", serve)
        await run(Jobs(authenticator, connections), config, mode="asgi")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bare_server")
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(_main(parser.parse_args().port))
