"""`overture packages`: what coins are sold in."""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

import anyio
from cyclopts import App

from service.cli import DONE, MISUSED, Refused, command_settings
from service.credits import operations as credits
from service.credits import store
from service.credits.model import CoinPackage, check_package
from service.kernel.database import Unit
from service.resources import open_command_database
from service.settings import Settings

T = TypeVar("T")

packages = App(name="packages", help="List, set and retire the packages of coins that are sold.")


@packages.command(name="list")
def list_packages() -> int:
    """List every package, with its prices in the minor unit of each currency."""
    for package in _run_unit(partial(store.find_packages, only_active=False)):
        print(_line(package))
    return DONE


@packages.command(name="set")
def set_package(package_id: str, name: str, coins: int, *prices: str) -> int:
    """Store a package and put it on sale, new or in place of the one with its id. Orders keep their own price.

    Parameters
    ----------
    package_id
        Lower-case letters, digits and hyphens.
    name
        What buyers read.
    coins
        How many coins it contains.
    prices
        One or more of CURRENCY=AMOUNT in the minor unit: USD=499 EUR=499.
    """
    try:
        package = check_package(CoinPackage(package_id, name, coins, _prices(prices), is_active=True))
    except ValueError as error:
        raise Refused(str(error), exit_code=MISUSED) from error
    _run_unit(partial(credits.set_package, package=package))
    print(_line(package))
    return DONE


@packages.command
def retire(package_id: str) -> int:
    """Sell a package no longer. Orders made before are still honoured.

    Parameters
    ----------
    package_id
        As `overture packages list` shows it.
    """
    if not _run_unit(partial(store.retire_package, package=package_id)):
        raise Refused(f"No package {package_id!r} is on sale; see `overture packages list`.")
    print(f"{package_id} is retired")
    return DONE


def _prices(given: Sequence[str]) -> dict[str, int]:
    prices: dict[str, int] = {}
    for price in given:
        currency, _, amount = price.partition("=")
        if not amount.isascii() or not amount.isdecimal() or len(amount) > 16:
            raise ValueError(f"a price is CURRENCY=AMOUNT in the minor unit, such as USD=499, not {price!r}")
        if currency in prices:
            raise ValueError(f"{currency} is priced twice")
        prices[currency] = int(amount)
    return prices


def _line(package: CoinPackage) -> str:
    prices = " ".join(f"{currency}={amount}" for currency, amount in package.prices.items())
    retired = "" if package.is_active else "  (retired)"
    return f"{package.id:<16} {package.coins:>9} coins  {prices}  {package.name}{retired}"


def _run_unit(unit: Unit[[], T]) -> T:
    settings = command_settings(is_quiet=True)
    return anyio.run(_run, settings, unit, backend=settings.backend)


async def _run(settings: Settings, unit: Unit[[], T]) -> T:
    async with open_command_database(settings) as db:
        return await db.run_system(unit)
