"""PostgreSQL dies under load (`-m immediate`) and comes back: nothing is lost, nothing doubled, nothing leaked."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest

from service.migrations.migrate import migrate
from tests.journeys.process import Service, running_service
from tests.postgres import Server, connected, started_server

pytestmark = [pytest.mark.anyio, pytest.mark.process]

CLIENTS = 10
POOL_SIZE = 8
REST_SECONDS = 60
# No promise, but an end for what hangs.
HANGS_SECONDS = 60
PATIENCE_SECONDS = 3
HOLD_GRACE_SECONDS = 1
ENVIRONMENT = {
    "OVERTURE_POOL_SIZE": str(POOL_SIZE),
    "OVERTURE_WELCOME_COINS": "100000",
    "OVERTURE_SWEEP_SECONDS": "0.2",
    "OVERTURE_HOLD_GRACE_SECONDS": str(HOLD_GRACE_SECONDS),
}
REQUEST = {"job_text": "Engineer at Acme\n\nRequirements\n- Python", "recruiter": {"name": "Ada Park"}}


@dataclass
class Load:
    """Clients that ask again as soon as they are answered, until they are told to stop."""

    service: Service
    users: list[str]
    written: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    refused: list[httpx.Response] = field(default_factory=list[httpx.Response])
    last_success: dict[str, float] = field(default_factory=dict[str, float])
    is_over: bool = False

    async def run(self) -> None:
        async with anyio.create_task_group() as group:
            for user in self.users:
                group.start_soon(self._ask_on, user)

    async def _ask_on(self, user: str) -> None:
        async with self.service.client(user, X_Request_Timeout=str(PATIENCE_SECONDS)) as client:
            while not self.is_over:
                answer = await client.post("/api/emails/generate", json=REQUEST)
                if answer.status_code == 201:
                    self.written.append((user, answer.json()["id"]))
                    self.last_success[user] = anyio.current_time()
                else:
                    self.refused.append(answer)
                    await anyio.sleep(0.02)

    async def everybody_succeeded_since(self, moment: float) -> None:
        while len([user for user in self.users if self.last_success.get(user, 0) > moment]) < len(self.users):
            await anyio.sleep(0.01)

    async def more_were_written(self, number: int) -> None:
        enough = len(self.written) + number
        while len(self.written) < enough:
            await anyio.sleep(0.01)


@pytest.fixture
def server() -> Iterator[Server]:
    with started_server() as server:
        yield server


@pytest.fixture
async def service(server: Server, anyio_backend_name: str, tmp_path: Path) -> AsyncGenerator[Service]:
    url = server.url()
    await anyio.to_thread.run_sync(migrate, url)
    async with running_service(
        database_url=url, backend=anyio_backend_name, directory=tmp_path, environment=ENVIRONMENT
    ) as running:
        yield running


async def test_a_restart_under_load_loses_nothing(server: Server, service: Service) -> None:
    load = Load(service, [await service.somebody() for _ in range(CLIENTS)])
    async with anyio.create_task_group() as group:
        group.start_soon(load.run)
        with anyio.fail_after(HANGS_SECONDS):
            await load.everybody_succeeded_since(0)
            await load.more_were_written(5 * CLIENTS)
        await anyio.to_thread.run_sync(server.crash)
        await anyio.to_thread.run_sync(server.start_again)
        is_up = anyio.current_time()
        with anyio.fail_after(HANGS_SECONDS):
            await load.everybody_succeeded_since(is_up)
        with anyio.fail_after(HANGS_SECONDS):
            await load.more_were_written(5 * CLIENTS)
        load.is_over = True

    # The hold of a request that was cut off lives until its deadline and the grace are over.
    for user in load.users:
        await service.until_nothing_is_held(user)
    assert {answer.status_code for answer in load.refused} <= {503, 504}
    await _nothing_is_lost(service.database_url, load)
    await service.is_in_order()
    await _nothing_is_leaked(service)


async def _nothing_is_lost(url: str, load: Load) -> None:
    emails = await _asked(url, "SELECT user_id, id::text FROM emails")
    charges = await _asked(url, "SELECT reference FROM ledger_transactions WHERE kind = 'charge'")
    assert await _asked(url, "SELECT sum(amount)::int FROM ledger_entries") == [(0,)]
    answered, stored = set(load.written), set(emails)
    assert len(answered) == len(load.written)
    assert answered <= stored
    assert sorted(reference for (reference,) in charges) == sorted(f"email:{email}" for _, email in stored)
    # What is stored and was not answered with a 201: its caller was told that the outcome is not known.
    unknown = [answer for answer in load.refused if answer.json()["type"].endswith("/outcome-unknown")]
    assert len(stored - answered) <= len(unknown)


async def _nothing_is_leaked(service: Service) -> None:
    others = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    states: list[tuple[Any, ...]] = []
    with anyio.fail_after(REST_SECONDS):  # sweepers have transactions too, each for some milliseconds
        while set(states) != {("idle",)}:
            states = await _asked(service.database_url, f"SELECT state FROM pg_stat_activity WHERE {others}")
    assert len(states) <= POOL_SIZE


async def _asked(url: str, query: str) -> list[tuple[Any, ...]]:
    """Over a connection of its own, in a thread of its own: the driver knows asyncio only."""

    async def rows() -> list[tuple[Any, ...]]:
        async with connected(url) as connection:
            return [tuple(row) for row in await connection.fetch(query)]

    return await anyio.to_thread.run_sync(lambda: asyncio.run(rows()))
