"""What the tests of `web` share."""

import pytest

from service.kernel.database import Database
from tests.web.shop import Shop


@pytest.fixture
async def shop(db: Database) -> Shop:
    shop = Shop(db)
    await shop.open()
    return shop
