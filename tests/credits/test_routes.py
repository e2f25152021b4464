"""Credits over HTTP, through the gate and down to PostgreSQL."""

from typing import Any

import httpx
import pytest

from service.accounts.operations import is_stored
from service.credits.routes import routes
from service.kernel.database import Database
from tests.credits.wallets import BOB, balance, charge, give, lines, refund, release, reserve
from tests.web.application import Parts, bearer

pytestmark = pytest.mark.anyio

TRANSACTIONS = "/api/credits/transactions"


def client(db: Database) -> httpx.AsyncClient:
    return Parts(db=db, is_stored=is_stored).client(*routes(db=db))


async def list_lines(caller: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
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
        page = await list_lines(caller)
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
        everything = [line["id"] for line in (await list_lines(caller, limit=100))["items"]]
        walked: list[int] = []
        query: dict[str, Any] = {"limit": 4}
        while True:
            page = await list_lines(caller, **query)
            walked += [line["id"] for line in page["items"]]
            if page["next_cursor"] is None:
                break
            query = {"limit": 4, "cursor": page["next_cursor"]}
        second = [line["id"] for line in (await list_lines(caller, page=2, limit=4))["items"]]
    assert walked == everything
    assert len(everything) == 9
    assert second == everything[4:8]


async def test_one_type_alone(db: Database) -> None:
    await give(db, 10)
    await release(db, await reserve(db))
    async with client(db) as caller:
        page = await list_lines(caller, type="release")
        assert [line["type"] for line in page["items"]] == ["release"]
        assert page["total"] == 1
        assert (await list_lines(caller, type="refund"))["items"] == []


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
        assert (await list_lines(caller))["total"] == 1


async def test_a_user_who_was_not_stored_is_unknown(db: Database) -> None:
    async with client(db) as caller:
        answer = await caller.get("/api/credits/balance")
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("unknown-user")


async def test_packages_are_listed_with_their_prices(db: Database) -> None:
    await give(db, 0)
    async with client(db) as caller:
        answer = await caller.get("/api/credits/packages")
    assert answer.status_code == 200
    first = answer.json()[0]
    assert set(first) == {"id", "name", "coins", "prices"}
    assert {"currency": "USD", "amount": 499} in first["prices"]


async def test_a_debt_is_told_while_there_is_one(db: Database) -> None:
    await give(db, 3)
    await refund(db, 5)
    async with client(db) as caller:
        assert (await caller.get("/api/credits/balance")).json() == {
            "balance": 0, "reserved": 0, "available": 0, "debt": 2,
        }  # fmt: skip
        (line,) = (await list_lines(caller, type="refund"))["items"]
    assert (line["amount"], line["available_after"], line["debt_after"]) == (-5, 0, 2)


ADMIN = bearer("support", scopes=["admin"])
GRANT = {"user_id": "ada", "coins": 5, "reference": "ticket-1"}


async def test_an_admin_grants_coins_once_per_reference(db: Database) -> None:
    await give(db, 10)
    async with client(db) as caller:
        first = await caller.post("/api/credits/grants", json=GRANT, headers=ADMIN)
        again = await caller.post("/api/credits/grants", json=GRANT, headers=ADMIN)
        other = await caller.post("/api/credits/grants", json={**GRANT, "coins": 6}, headers=ADMIN)
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    assert first.json()["balance"] == {"balance": 15, "reserved": 0, "available": 15}
    assert other.status_code == 409
    assert other.json()["type"].endswith("reference-reused")
    assert await balance(db) == (0, 15)
    assert (await lines(db))[-1][:2] == ("grant", 5)


async def test_a_grant_by_hand_cannot_stand_for_the_welcome(db: Database) -> None:
    await give(db, 10)
    async with client(db) as caller:
        answer = await caller.post("/api/credits/grants", json={**GRANT, "reference": "welcome"}, headers=ADMIN)
        assert answer.status_code == 200
        assert {line["reference"] for line in (await list_lines(caller))["items"]} == {
            "welcome",
            "grant:welcome",
        }


async def test_only_an_admin_grants_and_only_to_who_is_stored(db: Database) -> None:
    await give(db, 10)
    async with client(db) as caller:
        assert (await caller.post("/api/credits/grants", json=GRANT)).status_code == 403
        for scope in ("service", "Admin", "administrator"):
            headers = bearer("ada", scopes=[scope])
            assert (await caller.post("/api/credits/grants", json=GRANT, headers=headers)).status_code == 403
        nobody = await caller.post("/api/credits/grants", json={**GRANT, "user_id": "nobody"}, headers=ADMIN)
    assert nobody.status_code == 404
    assert await balance(db) == (0, 10)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"coins": 0}, "/coins"),
        ({"coins": -1}, "/coins"),
        ({"coins": 0.5}, "/coins"),
        ({"coins": 2**63}, "/coins"),
        ({"coins": "1"}, "/coins"),
        ({"coins": None}, "/coins"),
        ({"reference": ""}, "/reference"),
        ({"reference": "a\nb"}, "/reference"),
        ({"reference": "x" * 151}, "/reference"),
        ({"user_id": "a\u0000"}, "/user_id"),
        ({"kind": "purchase"}, "/kind"),
    ],
)
async def test_a_grant_that_makes_no_sense_is_refused(db: Database, change: dict[str, Any], pointer: str) -> None:
    await give(db, 10)
    async with client(db) as caller:
        refused = await caller.post("/api/credits/grants", json=GRANT | change, headers=ADMIN)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await balance(db) == (0, 10)
