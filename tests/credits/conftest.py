"""A pool wide enough that parallel callers meet in PostgreSQL, and not in front of it."""

from collections.abc import AsyncIterator

import pytest

from service.kernel.database import Database, open_database

CROWD_POOL_SIZE = 20


@pytest.fixture
async def crowd(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    async with open_database(database_url, pool_size=CROWD_POOL_SIZE) as database:
        yield database
