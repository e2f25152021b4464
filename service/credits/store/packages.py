"""What coins are sold in."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from service.credits.model import CoinPackage
from service.credits.store.tables import package_prices, packages
from service.kernel.database import Transaction


async def find_package(tx: Transaction, package: str) -> CoinPackage | None:
    """Active or retired."""
    found = await _find(tx, packages.c.id == package)
    return found[0] if found else None


async def find_packages(tx: Transaction, *, only_active: bool) -> Sequence[CoinPackage]:
    """By what they contain, the smallest first."""
    return await _find(tx, *((packages.c.is_active,) if only_active else ()))


async def upsert_package(tx: Transaction, package: CoinPackage) -> None:
    """Store it as it is given, all its prices replaced."""
    values = {"name": package.name, "coins": package.coins, "is_active": package.is_active}
    storing = insert(packages).values(id=package.id, **values)
    await tx.execute(storing.on_conflict_do_update(index_elements=["id"], set_=values))
    await tx.execute(delete(package_prices).where(package_prices.c.package_id == package.id))
    await tx.execute(
        insert(package_prices),
        [
            {"package_id": package.id, "currency": currency, "amount": amount}
            for currency, amount in package.prices.items()
        ],
    )


async def retire_package(tx: Transaction, package: str) -> bool:
    """False where there is none, or it is retired."""
    retiring = update(packages).where(packages.c.id == package, packages.c.is_active).values(is_active=False)
    return await tx.execute(retiring) == 1


async def _find(tx: Transaction, *conditions: ColumnElement[bool]) -> Sequence[CoinPackage]:
    prices = package_prices
    statement = (
        select(
            packages,
            func.array_agg(aggregate_order_by(prices.c.currency, prices.c.currency)).label("currencies"),
            func.array_agg(aggregate_order_by(prices.c.amount, prices.c.currency)).label("amounts"),
        )
        .join(prices, prices.c.package_id == packages.c.id)
        .where(*conditions)
        .group_by(packages.c.id)
        .order_by(packages.c.coins, packages.c.id)
    )
    return [_package(row) for row in await tx.rows(statement)]


def _package(row: Row[Any]) -> CoinPackage:
    prices = dict(zip(row.currencies, row.amounts, strict=True))
    return CoinPackage(id=row.id, name=row.name, coins=row.coins, prices=prices, is_active=row.is_active)
