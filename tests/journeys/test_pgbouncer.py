"""The service behind a pooler in transaction mode: what it answers, that its deadlines hold, and what doctor says."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from sqlalchemy import text

from service.kernel.database import Bounds, Database, DatabaseUnavailable, Transaction, open_database
from tests.cli.overture import overture
from tests.journeys.process import running_service
from tests.pgbouncer import needs_pgbouncer, pooled

pytestmark = [pytest.mark.anyio, pytest.mark.process, needs_pgbouncer]

BODY = {"job_text": "Engineer at Acme\n\nRequirements\n- Python", "recruiter": {"name": "Ada Park"}}
# More than the pooler has connections, so that transactions of one user meet connections of others.
USERS = 12


@pytest.fixture(scope="module")
def pooled_url(database_url: str) -> Iterator[str]:
    with pooled(database_url) as url:
        yield url


async def until_it_answers(url: str, *, bounds: Bounds | None = None) -> None:
    with anyio.fail_after(30):
        while True:
            try:
                async with open_database(url, pool_size=1, bounds=bounds):
                    return
            except DatabaseUnavailable:
                await anyio.sleep(0.05)


async def test_letters_are_written_and_charged_and_everybody_sees_their_own(
    pooled_url: str, database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    await until_it_answers(pooled_url)
    async with running_service(database_url=pooled_url, backend=anyio_backend_name, directory=tmp_path) as service:
        service.database_url = database_url

        async def write(user: str) -> None:
            async with service.client(user) as client:
                for _ in range(3):
                    assert (await client.post("/api/emails/generate", json=BODY)).status_code == 201
            assert len(await service.emails(user)) == 3
            assert (await service.balance(user))["available"] == 7

        users = [await service.somebody() for _ in range(USERS)]
        async with anyio.create_task_group() as group:
            for user in users:
                group.start_soon(write, user)
        await service.is_in_order()


async def settings(tx: Transaction) -> list[str]:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "role")
    return [await tx.scalar(text(f"SHOW {name}")) for name in names]


async def nap(tx: Transaction) -> None:
    await tx.execute(text("SELECT pg_sleep(30)"))


async def test_the_time_limits_hold_and_nothing_is_left_on_the_connection(pooled_url: str) -> None:
    await until_it_answers(pooled_url)
    bounds = Bounds(statement_seconds=0.2)
    async with open_database(pooled_url, pool_size=1, bounds=bounds) as db:
        assert await db.run(settings) == ["200ms", "3s", "15s", "overture_app"]
        assert await db.run_system(settings) == ["200ms", "3s", "15s", "none"]
        with pytest.raises(DatabaseUnavailable, match="too busy"):
            await db.run(nap)
        assert await left_of(db) == ["0", "0", "0", "none"]


async def left_of(db: Database) -> list[str]:
    """What a transaction of somebody else finds on the pooler's connection."""

    async def unit(tx: Transaction) -> list[str]:
        await tx.execute(text("COMMIT AND CHAIN"))
        return await settings(tx)

    return await db.run_system(unit)


def test_doctor_finds_it_well(pooled_url: str, database_url: str, tmp_path: Path) -> None:
    examined = overture("doctor", data_dir=tmp_path, DATABASE_URL=pooled_url, DATABASE_DIRECT_URL=database_url)
    assert examined.returncode == 0, examined.stdout + examined.stderr
    assert "direct database" in examined.stdout


def test_migrations_go_past_it(pooled_url: str, database_url: str, tmp_path: Path) -> None:
    nowhere = pooled_url.replace("127.0.0.1", "127.0.0.9")
    migrated = overture("migrate", data_dir=tmp_path, DATABASE_URL=nowhere, DATABASE_DIRECT_URL=database_url)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr
