"""What the benchmarks of lists stand on: a PostgreSQL, databases full of jobs that may be kept between runs, the
servers, the load generator, and what each of them takes of the processor."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any
from urllib.parse import urlsplit

import anyio
import msgspec
import psutil

from service.adapters.local_postgres import postmaster
from service.adapters.local_postgres.binaries import Binaries
from service.adapters.local_postgres.cluster import Cluster, initialise
from service.adapters.local_postgres.launcher import blocking_local_postgres
from service.adapters.local_postgres.programs import run_program, server_account
from service.migrations.migrate import migrate
from tests.benchmarks.hammer import Blows, Struck
from tests.benchmarks.jobs_data import Tenants, load, settled
from tests.benchmarks.stage import PATIENCE_SECONDS, process
from tests.journeys.process import ROOT, Service, running_service
from tests.postgres import connected

POOL_SIZE = 20
OURS, ORM, BARE = "ours", "orm", "bare"
MODULES = {ORM: "tests.benchmarks.orm_server", BARE: "tests.benchmarks.bare_server"}
ENVIRONMENT = {
    "OVERTURE_POOL_SIZE": str(POOL_SIZE),
    "OVERTURE_RATE_LIMITS": "false",
    "LOG_LEVEL": "info",
    "LOG_FORMAT": "json",
}


@contextmanager
def folder(kept: Path | None) -> Generator[Path]:
    """Where the data and the logs lie: `kept`, or a directory that goes with the block."""
    if kept is not None:
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="overture-benchmark-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def postgres(root: Path, programs: Path | None) -> Generator[str]:
    """The URL of a server with its data in `root`: the embedded one, or that of `programs` (a directory, such as
    `pg_config --bindir` says), run as the embedded one is."""
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o711)  # the server's account must be able to enter it
    if programs is None:
        with blocking_local_postgres(root / "embedded") as url:
            yield _plain(url)
        return
    cluster = Cluster((root / programs.parent.name).resolve(), server_account(root / programs.parent.name / "data"))
    anyio.run(_start, cluster, programs)
    try:
        yield _plain(cluster.url)
    finally:
        anyio.run(postmaster.stop, cluster)


async def _start(cluster: Cluster, programs: Path) -> None:
    said = await run_program([programs / "postgres", "--version"], account=cluster.account)
    binaries = Binaries(programs, said.split()[2])
    cluster.prepare()
    await initialise(cluster, binaries, is_durable=True)
    # As PostgreSQL comes: the embedded server has it off, and what is planned must be right with it too.
    cluster.write_settings(cluster.wanted_settings(binaries.version, is_durable=True) + "jit = 'on'\n")
    await postmaster.start(cluster, binaries)


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


def filled(url: str, name: str, tenants: Sequence[Tenants], *, also: str = "") -> str:
    """The URL of the database of that name, made and filled unless it is there. `also`: a script to run at its end."""
    if not asked(url, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        asked(url, f"DROP DATABASE IF EXISTS {name}_unfinished")
        asked(url, f"CREATE DATABASE {name}_unfinished TEMPLATE template0")
        unfinished = _of(url, f"{name}_unfinished")
        migrate(unfinished)
        asyncio.run(_fill(unfinished, tenants, also))
        asked(url, f"ALTER DATABASE {name}_unfinished RENAME TO {name}")
    return _of(url, name)


async def _fill(url: str, tenants: Sequence[Tenants], also: str) -> None:
    async with connected(url) as connection:
        for each in tenants:
            await load(connection, each)
        if also:
            await connection.execute(also)
        await settled(connection)


def asked(url: str, statement: str) -> list[Any]:
    async def run() -> list[Any]:
        async with connected(url) as connection:
            return await connection.fetch(statement)

    return asyncio.run(run())


def _of(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def served(
    design: str, *, database_url: str, directory: Path, environment: Mapping[str, str] | None = None
) -> AbstractAsyncContextManager[Service]:
    """One of the designs, in a process of its own."""
    return running_service(
        database_url=database_url,
        backend="asyncio",
        directory=directory,
        environment={**ENVIRONMENT, **(environment or {})},
        arguments=() if design == OURS else ("-m", MODULES[design]),
    )


async def struck(blows: Blows) -> Struck:
    """The load, from a process of its own."""
    with anyio.fail_after(blows.seconds + PATIENCE_SECONDS):
        done = await anyio.run_process(
            [sys.executable, "-m", "tests.benchmarks.hammer"],
            cwd=ROOT,
            input=msgspec.json.encode(blows),
            stdout=PIPE,
            stderr=None,
        )
    return msgspec.json.decode(done.stdout, type=Struck)


@asynccontextmanager
async def anvil(size: int) -> AsyncGenerator[str]:
    """A server that costs next to nothing, to see what the load generator itself can do."""
    async with process("tests.benchmarks.hammer", "--anvil", str(size)) as url:
        yield url


@dataclass(frozen=True)
class Processors:
    """What processes have taken of the processor, in seconds, as a difference of two looks."""

    server: float
    postgres: float

    def since(self, before: "Processors") -> "Processors":
        return Processors(self.server - before.server, self.postgres - before.postgres)


def meter(service: Service, postmaster_pid: int) -> Callable[[], Processors]:
    """To be asked before and after. Of PostgreSQL, the processes that ended meanwhile too: its parallel workers."""
    server, head = psutil.Process(service.process.pid), psutil.Process(postmaster_pid)

    def look() -> Processors:
        ended = head.cpu_times()
        backends = sum(_seconds(child) for child in head.children())
        return Processors(_seconds(server), backends + ended.children_user + ended.children_system)

    return look


async def postmaster_of(url: str) -> int:
    """The head of the server's processes; it has to run on this machine."""
    async with connected(url) as connection:
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        head = psutil.Process(backend).parent()
    assert head is not None
    return head.pid


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system
