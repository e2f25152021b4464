import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from sqlalchemy import text

from service.kernel.database import open_database
from service.migrations.migrate import current_and_head, migrate
from tests.postgres import Server

REPOSITORY = Path(__file__).parents[2]


def test_brings_an_empty_database_to_the_head_and_twice_is_once(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        before, head = current_and_head(url)
        migrate(url)
        migrate(url)
        assert before is None
        assert current_and_head(url) == (head, head)


def test_numbers_have_no_gap_and_one_head() -> None:
    numbers = sorted(path.name[:4] for path in (REPOSITORY / "service" / "migrations" / "versions").glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_two_processes_at_once(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        code = "import sys; from service.migrations.migrate import migrate; migrate(sys.argv[1])"
        both = [subprocess.Popen([sys.executable, "-c", code, url], cwd=REPOSITORY) for _ in range(2)]
        assert [process.wait(60) for process in both] == [0, 0]
        current, head = current_and_head(url)
        assert current == head


def test_a_failing_migration_changes_nothing(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        postgres_server.execute("CREATE TABLE users (unlike text)", url=url)
        with pytest.raises(Exception, match="already exists"):
            migrate(url)
        assert current_and_head(url)[0] is None
        postgres_server.execute("DROP TABLE users", url=url)
        migrate(url)


@pytest.mark.parametrize("rights", ["NOCREATEROLE", "CREATEROLE"])
def test_an_owner_who_is_no_superuser(postgres_server: Server, rights: str) -> None:
    """Where roles may not be created, or this one belongs to somebody else, the wall is down and the rest works."""
    owner = f"owner_{rights.lower()}"
    postgres_server.execute(f"CREATE ROLE {owner} LOGIN {rights}")

    async def wall_is_up(url: str) -> bool:
        async with open_database(url, pool_size=1) as db:
            assert await db.run(lambda tx: tx.scalar(text("SELECT count(*) FROM users"))) == 0
            return db.wall_is_up

    with postgres_server.database() as url:
        postgres_server.execute(f"ALTER DATABASE {url.split('?')[0].rsplit('/')[-1]} OWNER TO {owner}")
        theirs = url.replace("postgres@", f"{owner}@")
        migrate(theirs)
        assert not anyio.run(wall_is_up, theirs)
        postgres_server.execute(f"GRANT overture_app TO {owner}")
        assert anyio.run(wall_is_up, theirs)
