"""The kernel knows no slice: its databases hold the first migration, the wall, and the tables a test module makes."""

from collections.abc import Iterator

import pytest

from tests.postgres import Server
from tests.schema import apply_alone


@pytest.fixture(scope="module")
def database_url(postgres_server: Server) -> Iterator[str]:
    """A database of this module's own: the wall stands, and nothing else."""
    with postgres_server.database() as url:
        apply_alone(url, "0001_wall.py")
        yield url
