"""`overture serve` as a process of its own, driven over HTTP the way a caller would."""

import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import httpx
from joserfc import jwk, jwt
from sqlalchemy import text

from service.custody import operations as custody
from service.kernel.database import Transaction, open_database
from tests.journeys.footprint import REST_SECONDS, Footprint, Footprints

SECRET = "the journeys' own secret, 32 bytes or more"
# In every token; only a service that was told an issuer looks at it.
ISSUER = "journeys"
# The service asks nobody outside this machine, whatever the environment of the run says.
_OUTSIDE = ("GITHUB", "GREENHOUSE", "LEVER", "ASHBY", "SMARTRECRUITERS", "RECRUITEE", "WORKDAY")
NOBODY_OUTSIDE = {"GITHUB_TOKEN": "", **{f"{name}_API_URL": "http://127.0.0.1:9" for name in _OUTSIDE}}
USAGE_COLUMNS = ("outcome", "provider", "model", "input_tokens", "calls")
_numbers = itertools.count()
ROOT = Path(__file__).resolve().parents[2]
# Importing, opening the pool and warming two parser workers take about 2 s here; other machines share their cores.
START_SECONDS = 120
STOP_SECONDS = 60


def token(user: str, *, scope: str = "") -> str:
    """A token as another service's identity provider would issue it; made without the code under test."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"sub": user, "email": f"{user}@example.com", "aud": "overture", "iss": ISSUER, "iat": now}
    claims["exp"] = now + 3600
    if scope:
        claims["scope"] = scope
    return jwt.encode({"alg": "HS256"}, claims, jwk.OctKey.import_key(SECRET))


def headers(user: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(user)}", **{name.replace("_", "-"): value for name, value in more.items()}}


@dataclass
class Service:
    base_url: str
    process: subprocess.Popen[bytes]
    log: Path
    database_url: str
    footprints: Footprints | None = None  # of our own server only: those of others hold processes of their own

    @property
    def port(self) -> int:
        return int(self.base_url.rpartition(":")[2])

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def exit_code(self) -> int:
        with anyio.fail_after(STOP_SECONDS):
            while (code := self.process.poll()) is None:
                await anyio.sleep(0.02)
        return code

    def client(self, user: str, **more: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.base_url,
            headers=headers(user, **more),
            timeout=60,
            trust_env=False,
            limits=httpx.Limits(max_connections=200),
        )

    async def somebody(self) -> str:
        """The id of a new user, stored."""
        user = f"user-{next(_numbers)}"
        await self.new_user(user)
        return user

    async def new_user(self, user: str) -> None:
        async with self.client(user) as client:
            answer = await client.post("/api/users/store", json={"user_id": user, "email": f"{user}@example.com"})
        assert answer.status_code == 200, answer.text

    async def footprint(self) -> Footprint | None:
        """What the process takes now: for `is_in_order`, where nothing may come of what is to follow."""
        return None if self.footprints is None else await self.footprints.now()

    async def is_at_rest(self, *, since: Footprint | None = None) -> None:
        """No task, thread or descriptor is left over."""
        if self.footprints is not None:
            await self.footprints.back(since=since)

    async def is_in_order(self, *, since: Footprint | None = None) -> None:
        """Nothing is held, nothing is left over, no connection is out, and every invariant holds; `overture doctor`
        looks at the same."""
        await self.is_at_rest(since=since)
        async with httpx.AsyncClient(base_url=self.base_url, timeout=60, trust_env=False) as client:
            health = await client.get("/health")
            pool = (await client.get("/health/db-pool")).json()
        assert (health.status_code, health.json()["status"]) == (200, "ok"), health.text
        assert (pool["checked_out"], pool["waiting"]) == (0, 0), pool
        async with open_database(self.database_url, pool_size=1) as db:
            assert await db.run_system(custody.check, sweep_seconds=0) == []
            assert await db.run_system(_held_in_all) == 0
            with anyio.fail_after(REST_SECONDS):  # a sweeper's unit is idle between two of its statements
                while await db.run_system(_idle_in_transaction):
                    await anyio.sleep(0.02)
        assert self.process.poll() is None

    async def balance(self, user: str) -> dict[str, int]:
        async with self.client(user) as client:
            return (await client.get("/api/credits/balance")).json()

    async def emails(self, user: str) -> list[dict[str, Any]]:
        async with self.client(user) as client:
            return (await client.get("/api/emails")).json()["items"]

    async def usage(self, user: str) -> list[dict[str, Any]]:
        """What each generation of the user took, the oldest first; also after the process has ended."""
        async with open_database(self.database_url, pool_size=1) as db:
            return await db.run_system(_usage_of, user)

    async def stored(self) -> dict[str, Any]:
        """How many e-mails there are, the coins held, and the invariants broken; also after the process has ended."""
        async with open_database(self.database_url, pool_size=1) as db:
            return {
                "emails": await db.run_system(_emails_in_all),
                "held": await db.run_system(_held_in_all),
                "broken": await db.run_system(custody.check, sweep_seconds=0),
            }

    async def until_nothing_is_held(self, user: str) -> None:
        with anyio.fail_after(REST_SECONDS):
            while (await self.balance(user))["reserved"]:
                await anyio.sleep(0.02)


@asynccontextmanager
async def running_service(
    *,
    database_url: str,
    backend: str,
    directory: Path,
    environment: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
) -> AsyncGenerator[Service]:
    """Serve until the end of the `async with`; whatever is still running then is killed.

    `arguments` of the interpreter start another server than our own; it has to understand `--port`.
    """
    port = free_port()
    log = directory / f"service-{port}.log"
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OVERTURE_")},
        "DATABASE_URL": database_url,
        "OVERTURE_DATA_DIR": str(directory / "data"),
        "OVERTURE_JWT_SECRET": SECRET,
        "OVERTURE_POOL_SIZE": "10",
        "OVERTURE_FETCH_ALLOW_PRIVATE": "true",
        "REDIS_URL": "",  # empty is unset: whatever the machine has is not for us
        **NOBODY_OUTSIDE,
        **(environment or {}),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *(arguments or served_by_itself(backend)), "--port", str(port)],
            cwd=ROOT,
            env=variables,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    service = Service(f"http://127.0.0.1:{port}", process, log, database_url)
    try:
        await _until_ready(service)
        if not arguments:
            admin = f"Bearer {token('operator', scope='admin')}"
            service.footprints = Footprints(service.base_url, process.pid, admin)
            await service.footprints.begin()
        yield service
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def served_by_itself(backend: str) -> Sequence[str]:
    return ("-m", "service", "serve", "--backend", backend)


async def _until_ready(service: Service) -> None:
    with anyio.fail_after(START_SECONDS):
        async with httpx.AsyncClient(base_url=service.base_url, trust_env=False) as client:
            while True:
                assert service.process.poll() is None, service.log.read_text(errors="replace")
                try:
                    if (await client.get("/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await anyio.sleep(0.05)


async def _held_in_all(tx: Transaction) -> int:
    rows = await tx.rows(text("SELECT coalesce(sum(held), 0)::bigint AS held FROM wallets"))
    return int(rows[0].held)


async def _idle_in_transaction(tx: Transaction) -> int:
    of_this_database = "datname = current_database() AND state LIKE 'idle in transaction%'"
    return int(await tx.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {of_this_database}")))


async def _emails_in_all(tx: Transaction) -> int:
    rows = await tx.rows(text("SELECT count(*) AS emails FROM emails"))
    return int(rows[0].emails)


async def _usage_of(tx: Transaction, user: str) -> list[dict[str, Any]]:
    words = f"SELECT {', '.join(USAGE_COLUMNS)} FROM usage_rows WHERE user_id = :user ORDER BY id"
    rows = await tx.rows(text(words), {"user": user})
    return [dict(zip(USAGE_COLUMNS, row, strict=True)) for row in rows]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
