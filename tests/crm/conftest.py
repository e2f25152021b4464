"""Whoever calls the CRM in a test leaves its invariants whole."""

from collections.abc import AsyncIterator

import httpx
import pytest

from service.kernel.database import Database
from tests.credits.wallets import assert_sound
from tests.crm.clients import crm_client, store_people


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's; Bob is stored too."""
    await store_people(db)
    async with crm_client(db) as client:
        yield client
    await assert_sound(db)
