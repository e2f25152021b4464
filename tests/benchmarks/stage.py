"""Everything a run needs beside the service: PostgreSQL, the fakes, the people, the load generator."""

import json
import random
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import msgspec
import psutil
from anyio.streams.text import TextReceiveStream

from service.adapters.local_postgres.launcher import blocking_local_postgres
from service.migrations.migrate import migrate
from tests.benchmarks.load import Heard, Load
from tests.benchmarks.plan import Plan
from tests.journeys.process import ROOT, Service, token

RESUME = ROOT / "tests" / "data" / "demo" / "resume.json"
LOGIN = "mcastellane-example"
# Beside the level's own time: starting an interpreter on a busy machine, and a service that is far too slow.
PATIENCE_SECONDS = 60.0
FAKE_START_SECONDS = 20.0
IDLE_LOOK_SECONDS = 2.0
IDLE_PERCENT = 15.0


@contextmanager
def database() -> Generator[tuple[str, Path]]:
    """A migrated database on an embedded server that syncs to disk as in production, and a directory for logs."""
    with tempfile.TemporaryDirectory(prefix="overture-benchmark-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        root.chmod(0o711)  # the server's account must be able to enter it
        with blocking_local_postgres(root / "postgresql") as url:
            migrate(url)
            yield url, root


@dataclass(frozen=True)
class Person:
    id: str
    token: str
    resume_id: str


async def people(service: Service, plan: Plan) -> list[Person]:
    """Users with a résumé each, stored through the service."""
    document = json.loads(RESUME.read_text(encoding="utf-8"))
    found: list[Person] = []
    for number in range(plan.users):
        user = f"bench-{number}"
        await service.new_user(user)
        async with service.client(user) as client:
            stored = await client.post("/api/resumes", json=document)
        assert stored.status_code == 201, stored.text
        found.append(Person(user, token(user), stored.json()["id"]))
    return found


def bodies(
    plan: Plan, persons: Sequence[Person], *, page_url: str, count: int, run: str, is_numbered: bool
) -> list[tuple[Person, str]]:
    """`count` requests over all the people in turn; each names a page that nobody has asked for before.

    A numbered one says its number in its instructions, which the model is told.
    """
    shuffled = list(persons)
    random.Random(f"{plan.seed} {run}").shuffle(shuffled)
    made: list[tuple[Person, str]] = []
    for number in range(count):
        person = shuffled[number % len(shuffled)]
        body = {
            "job_url": f"{page_url}?call={run}-{number}",
            "resume_id": person.resume_id,
            "github": LOGIN,
            "recruiter": {"name": "Ada Park", "email": "ada.park@example.com"},
        }
        told = {"instructions": f"Call {number} of the benchmark."} if is_numbered else {}
        made.append((person, json.dumps(body | told)))
    return made


@dataclass(frozen=True)
class Manner:
    """How the fake model answers: the first piece after `latency_seconds`, then `per_second` of them."""

    latency_seconds: float
    chunks: int
    per_second: float

    def arguments(self) -> tuple[str, ...]:
        numbers = {"--latency": self.latency_seconds, "--chunks": self.chunks, "--per-second": self.per_second}
        return tuple(part for name, value in numbers.items() for part in (name, str(value)))


@dataclass(frozen=True)
class Model:
    """A fake model's server, running."""

    base_url: str

    async def seen(self) -> dict[str, Any]:
        parts = urlsplit(self.base_url)
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            return (await client.get(f"{parts.scheme}://{parts.netloc}/_seen")).json()

    async def quiet(self, *, seconds: float) -> dict[str, Any]:
        """What was asked, once every request has ended."""
        with anyio.move_on_after(seconds):
            while any(request["ended_at"] is None for request in (await self.seen())["requests"]):
                await anyio.sleep(0.1)
        return await self.seen()


@asynccontextmanager
async def model(manner: Manner, *, port: int = 0) -> AsyncGenerator[Model]:
    async with process("tests.fakes.model_server", "--port", str(port), *manner.arguments()) as url:
        yield Model(url)


@asynccontextmanager
async def process(module: str, *arguments: str) -> AsyncGenerator[str]:
    """A fake in a process of its own, which ends with the block; the URL it says first."""
    command = [sys.executable, "-m", module, *arguments]
    async with await anyio.open_process(command, cwd=ROOT, stdin=None, stderr=None) as child:
        try:
            assert child.stdout is not None
            with anyio.fail_after(FAKE_START_SECONDS):
                line = ""
                async for piece in TextReceiveStream(child.stdout):
                    line += piece
                    if "\n" in line:
                        break
            yield line.strip()
        finally:
            child.kill()


async def loaded(load: Load) -> list[Heard]:
    """The load, from a process of its own."""
    with anyio.fail_after(load.limit_seconds + PATIENCE_SECONDS):
        done = await anyio.run_process(
            [sys.executable, "-m", "tests.benchmarks.load"],
            cwd=ROOT,
            input=msgspec.json.encode(load),
            stdout=PIPE,
            stderr=None,
        )
    return msgspec.json.decode(done.stdout, type=list[Heard])


async def until_idle(patience_seconds: float) -> None:
    """Until the machine has nothing else to do, or patience ends: others may be working on it."""
    with anyio.move_on_after(patience_seconds):
        while True:
            psutil.cpu_percent()
            await anyio.sleep(IDLE_LOOK_SECONDS)
            if psutil.cpu_percent() < IDLE_PERCENT:
                return


def environment(plan: Plan, *, model_url: str, github_url: str) -> Mapping[str, str]:
    """What a service is told, ours and the other designs."""
    return {
        "OPENAI_BASE_URL": model_url,
        "OPENAI_API_KEY": "none",
        "OVERTURE_MODELS": "fake",
        "GITHUB_API_URL": github_url,
        "GITHUB_TOKEN": "",
        "OVERTURE_POOL_SIZE": str(plan.pool_size),
        "OVERTURE_MAX_IN_FLIGHT": str(plan.max_in_flight),
        "OVERTURE_MAX_IN_FLIGHT_PER_USER": str(plan.max_in_flight),
        "OVERTURE_WELCOME_COINS": "100000",
        "OVERTURE_RATE_LIMITS": "false",
        "LOG_LEVEL": "info",
        "LOG_FORMAT": "json",
    }
