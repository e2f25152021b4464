"""Real PostgreSQL for a run of the tests: the embedded server, started by the launcher that ships, without fsync."""

import asyncio
import itertools
import os
import signal
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from service.adapters.local_postgres.launcher import blocking_local_postgres

RESTART_LIMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Its methods start loops of their own: not for use inside one."""

    root: Path
    base_url: str
    leases: ExitStack
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str = "postgres") -> str:
        return urlsplit(self.base_url)._replace(scheme="postgresql", path=f"/{database}").geturl()

    @contextmanager
    def database(self, *, template: str = "template1") -> Generator[str]:
        """The URL of a database that lives as long as the `with`."""
        name = f"test_{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, script: str, *, url: str = "") -> None:
        async def run() -> None:
            async with connected(url or self.url()) as connection:
                await connection.execute(script)

        asyncio.run(run())

    def crash(self) -> None:
        """What `pg_ctl stop -m immediate` does: every process ends where it stands, and the next start recovers."""
        pid_file = self.root / "data" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
        give_up_at = time.monotonic() + RESTART_LIMIT_SECONDS
        while pid_file.exists() and time.monotonic() < give_up_at:
            time.sleep(0.01)

    def start_again(self) -> None:
        self.leases.enter_context(blocking_local_postgres(self.root, is_durable=False))


@contextmanager
def started_server() -> Generator[Server]:
    with (
        tempfile.TemporaryDirectory(prefix="overture-tests-", ignore_cleanup_errors=True) as folder,
        ExitStack() as held,
    ):
        root = Path(folder)
        root.chmod(0o711)  # the server's account must be able to enter it
        url = held.enter_context(blocking_local_postgres(root, is_durable=False))
        yield Server(root, url, held)


def database_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Any]:
    """A bare driver connection, for what tests do behind the gateway's back."""
    vendor: Any = asyncpg  # it ships no types
    connection = await vendor.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
