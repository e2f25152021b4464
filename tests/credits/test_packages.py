"""What coins are sold in: seeded, read by everybody, set by the owner."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from service.credits import operations as credits
from service.credits import store
from service.credits.model import CoinPackage
from service.kernel.database import Database, Transaction
from tests.credits.wallets import ADA, acting

pytestmark = pytest.mark.anyio

JUMBO = CoinPackage("jumbo", "Jumbo", 9_000, {"EUR": 59_900, "USD": 64_900}, is_active=True)


async def test_the_seeded_ones_are_sold_in_several_currencies(db: Database) -> None:
    with acting(ADA):
        sold = await db.read(store.find_packages, only_active=True)
        starter = await db.read(store.find_package, "starter")
        assert await db.read(store.find_package, "nothing") is None
    assert [package.id for package in sold] == ["starter", "plus", "pro"]
    assert sold[0] == starter
    assert all({"USD", "EUR", "INR"} <= set(package.prices) for package in sold)


async def test_a_package_is_set_as_a_whole_and_retired(db: Database) -> None:
    await db.run_system(credits.set_package, JUMBO)
    assert await db.run_system(store.find_package, "jumbo") == JUMBO
    cheaper = replace(JUMBO, name="Jumbo 2", prices={"EUR": 100})
    await db.run_system(credits.set_package, cheaper)
    assert await db.run_system(store.find_package, "jumbo") == cheaper
    assert await db.run_system(store.retire_package, "jumbo") is True
    assert await db.run_system(store.retire_package, "jumbo") is False
    assert await db.run_system(store.find_package, "jumbo") == replace(cheaper, is_active=False)
    assert "jumbo" not in [package.id for package in await db.run_system(store.find_packages, only_active=True)]
    assert "jumbo" in [package.id for package in await db.run_system(store.find_packages, only_active=False)]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": "Jumbo"}, "lower-case"),
    ({"id": ""}, "lower-case"),
    ({"name": ""}, "name"),
    ({"name": "x\ny"}, "name"),
    ({"coins": 0}, "coins"),
    ({"prices": {}}, "at least one"),
    ({"prices": {"eur": 1}}, "ISO 4217"),
    ({"prices": {"EUR": 0}}, "minor unit"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
async def test_what_cannot_be_sold_is_not_stored(db: Database, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        await db.run_system(credits.set_package, replace(JUMBO, **change))


async def test_whoever_acts_for_a_user_only_reads_them(db: Database) -> None:
    async def cheapen(tx: Transaction) -> None:
        await tx.execute(text("UPDATE package_prices SET amount = 1"))

    with acting(ADA):
        with pytest.raises(Exception, match="permission denied"):
            await db.run(cheapen)
        with pytest.raises(Exception, match="permission denied"):
            await db.run(credits.set_package, JUMBO)
