"""A shop whose orders are effects that can be counted: rows in a table of the tests' own."""

from collections.abc import Awaitable, Callable

import httpx
import msgspec
from sqlalchemy import text

from service.accounts.operations import is_stored
from service.kernel.database import Database, Transaction
from service.web.endpoint import Call, Endpoint, JsonBody
from tests.web.application import Parts, bearer


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    item: str


class Ordered(msgspec.Struct, frozen=True):
    number: int
    item: str


async def nothing() -> None:
    """What most tests do beside the effect."""


class Shop:
    """Each order is an effect that can be counted: a row that the test's own table keeps."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.before: Callable[[], Awaitable[None]] = nothing
        self.after: Callable[[], Awaitable[None]] = nothing
        self.remembers = True

    async def order(self, call: Call[Order, None]) -> Ordered:
        """Order an item."""
        await self.before()
        ordered = await self.db.run(self._effect, call)
        await self.after()
        return ordered

    async def _effect(self, tx: Transaction, call: Call[Order, None]) -> Ordered:
        ordered = Ordered(await self.insert(tx, call.body.item), call.body.item)
        if self.remembers:
            await call.remember(tx, ordered)
        return ordered

    async def insert(self, tx: Transaction, item: str) -> int:
        return await tx.scalar(text("INSERT INTO shop_orders (item) VALUES (:item) RETURNING number"), {"item": item})

    async def effects(self) -> int:
        return await self._asked("SELECT count(*) FROM shop_orders")

    async def keys(self, condition: str = "true") -> int:
        return await self._asked(f"SELECT count(*) FROM idempotency_keys WHERE {condition}")

    async def _asked(self, question: str) -> int:
        async def unit(tx: Transaction) -> int:
            return await tx.scalar(text(question))

        return await self.db.run_system(unit)

    async def execute(self, statement: str) -> None:
        async def unit(tx: Transaction) -> None:
            await tx.execute(text(statement))

        await self.db.run_system(unit)

    def parts(self) -> Parts:
        return Parts(db=self.db, is_stored=is_stored)

    def endpoint(self) -> Endpoint:
        return Endpoint(
            "POST", "/orders", self.order, answer=Ordered, status=201, body=JsonBody(Order), idempotent=True
        )

    async def open(self) -> None:
        """Two customers, and a table for their orders."""
        await self.execute("CREATE TABLE IF NOT EXISTS shop_orders (number serial PRIMARY KEY, item text NOT NULL)")
        await self.execute("GRANT ALL ON shop_orders, shop_orders_number_seq TO overture_app")
        for user in ("ada", "bob"):
            await self.execute(f"INSERT INTO users (id, email) VALUES ('{user}', '{user}@example.com')")


def keyed(key: str, user: str = "ada") -> dict[str, str]:
    return {**bearer(user), "Idempotency-Key": key}


def slug(answer: httpx.Response) -> str:
    return answer.json()["type"].rpartition("/")[2]


ITEM = {"item": "pen"}
