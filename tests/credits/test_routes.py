"""Credits over HTTP, through the gate and down to PostgreSQL."""

from typing import Any

import httpx
import pytest

from service.accounts.operations import is_stored
from service.credits.routes import routes
from service.kernel.database import Database
from tests.credits.wallets import BOB, charge, give, release, reserve
from tests.web.application import Parts, bearer

pytestmark = pytest.mark.anyio

TRANSACTIONS = "/api/credits/transactions"


def client(db: Database) -> httpx.AsyncClient:
    return Parts(db=db, is_stored=is_stored).client(*routes(db=db))


async def listed(caller: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await caller.get(TRANSACTIONS, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_balance_is_what_is_reserved_and_what_is_available(db: Database) -> None:
    await give(db, 10)
    await charge(db, await reserve(db, 3), 2)
    await reserve(db, 4)
    async with client(db) as caller:
        answer = await caller.get("/api/credits/balance")
    assert answer.json() == {"balance": 8, "reserved": 4, "available": 4}


async def test_the_transactions_read_as_a_statement_newest_first(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 3)
    await charge(db, hold, 2, "email:1")
    async with client(db) as caller:
        page = await listed(caller)
    assert [
        (line["type"], line["amount"], line["available_after"], line["reserved_after"], line["reference"])
        for line in page["items"]
    ] == [
        ("charge", -2, 8, 0, "email:1"),
        ("reserve", -3, 7, 3, f"hold:{hold.id}"),
        ("grant", 10, 10, 0, "welcome"),
    ]
    assert set(page["items"][0]) == {
        "id", "type", "amount", "available_after", "reserved_after", "reference", "created_at",
    }  # fmt: skip
    assert page["items"][0]["created_at"].endswith("Z")
    assert (page["page"], page["limit"], page["total"], page["total_is_exact"]) == (1, 25, 3, True)
    assert page["next_cursor"] is None


async def test_the_cursor_leads_through_all_of_them_once(db: Database) -> None:
    await give(db, 10)
    for _ in range(4):
        await release(db, await reserve(db))
    async with client(db) as caller:
        everything = [line["id"] for line in (await listed(caller, limit=100))["items"]]
        walked: list[int] = []
        query: dict[str, Any] = {"limit": 4}
        while True:
            page = await listed(caller, **query)
            walked += [line["id"] for line in page["items"]]
            if page["next_cursor"] is None:
                break
            query = {"limit": 4, "cursor": page["next_cursor"]}
        second = [line["id"] for line in (await listed(caller, page=2, limit=4))["items"]]
    assert walked == everything
    assert len(everything) == 9
    assert second == everything[4:8]


async def test_one_type_alone(db: Database) -> None:
    await give(db, 10)
    await release(db, await reserve(db))
    async with client(db) as caller:
        page = await listed(caller, type="release")
        assert [line["type"] for line in page["items"]] == ["release"]
        assert page["total"] == 1
        assert (await listed(caller, type="refund"))["items"] == []


@pytest.mark.parametrize(
    "query",
    ["type=theft", "type=", "page=0", "limit=0", "limit=1000000000", "cursor=forged", "orderBy=name;drop", "page=1.5"],
)
async def test_a_query_that_makes_no_sense_is_refused(db: Database, query: str) -> None:
    await give(db, 10)
    async with client(db) as caller:
        answer = await caller.get(f"{TRANSACTIONS}?{query}")
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("invalid-request")


async def test_nobody_sees_another_s_ledger(db: Database) -> None:
    await give(db, 10)
    await give(db, 3, user=BOB)
    async with client(db) as caller:
        caller.headers.update(bearer("bob"))
        assert (await caller.get("/api/credits/balance")).json()["balance"] == 3
        assert (await listed(caller))["total"] == 1


async def test_a_user_who_was_not_stored_is_unknown(db: Database) -> None:
    async with client(db) as caller:
        answer = await caller.get("/api/credits/balance")
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("unknown-user")
