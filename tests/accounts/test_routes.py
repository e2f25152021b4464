"""Accounts over HTTP, through the gate and down to PostgreSQL."""

from typing import Any

import httpx
import pytest

from service.accounts.operations import is_stored
from service.accounts.routes import routes
from service.kernel.database import Database
from tests.credits.wallets import UserId, balance
from tests.web.application import Parts, bearer

pytestmark = pytest.mark.anyio

ADA = {"user_id": "ada", "email": "ada@example.com"}


def client(db: Database) -> httpx.AsyncClient:
    return Parts(db=db, is_stored=is_stored).client(*routes(db=db, welcome_coins=10))


async def store(caller: httpx.AsyncClient, body: Any, **headers: str) -> httpx.Response:
    return await caller.post("/api/users/store", json=body, headers=headers)


async def test_a_user_is_stored_and_then_known(db: Database) -> None:
    async with client(db) as caller:
        assert (await caller.get("/api/users/me")).status_code == 403
        first = await store(caller, {**ADA, "display_name": "Ada Park"})
        me = await caller.get("/api/users/me")
        again = await store(caller, ADA)
    assert first.status_code == again.status_code == 200
    assert first.json() == me.json() == again.json()
    assert first.json() == {
        "user_id": "ada",
        "email": "ada@example.com",
        "display_name": "Ada Park",
        "created_at": first.json()["created_at"],
    }
    assert first.json()["created_at"].endswith("Z")
    assert await balance(db) == (0, 10)


async def test_only_the_token_s_own_user_and_address(db: Database) -> None:
    async with client(db) as caller:
        for body, token, pointer in (
            ({**ADA, "user_id": "bob"}, bearer("ada"), "/user_id"),
            (ADA, bearer("ada", email="other@example.com"), "/email"),
        ):
            refused = await store(caller, body, **token)
            assert refused.status_code == 403
            assert refused.json()["type"].endswith("account-mismatch")
            assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
        assert (await store(caller, ADA, **bearer("ada", email="ADA@Example.com"))).status_code == 200


async def test_a_service_stores_the_user_it_acts_for(db: Database) -> None:
    token = bearer("backend", email="backend@example.com", scopes=["service"])
    async with client(db) as caller:
        stored = await store(caller, {**ADA, "user_id": "carol"}, **token, **{"X-On-Behalf-Of": "carol"})
        assert stored.status_code == 200, stored.text
        mismatch = await store(caller, ADA, **token, **{"X-On-Behalf-Of": "carol"})
        assert mismatch.status_code == 403
    assert await balance(db, user=UserId("carol")) == (0, 10)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": "nobody"}, "/email"),
        ({"email": "ada@example.com\r\nBcc: bob@example.com"}, "/email"),
        ({"email": "Ada <ada@example.com>"}, "/email"),
        ({"email": "a" * 300 + "@example.com"}, "/email"),
        ({"email": None}, "/email"),
        ({"display_name": "Ada\nBcc: bob@example.com"}, "/display_name"),
        ({"display_name": "Ada\u2028"}, "/display_name"),
        ({"display_name": ""}, "/display_name"),
        ({"display_name": "x" * 201}, "/display_name"),
        ({"display_name": "\x00"}, "/display_name"),
        ({"user_id": ""}, "/user_id"),
        ({"user_id": 7}, "/user_id"),
        ({"welcome_coins": 1000}, "/welcome_coins"),
    ],
)
async def test_what_is_wrong_is_named(db: Database, change: dict[str, Any], pointer: str) -> None:
    async with client(db) as caller:
        refused = await store(caller, ADA | change)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await balance(db) == (0, 0)


async def test_nobody_is_stored_without_a_token(db: Database) -> None:
    async with client(db) as caller:
        assert (await store(caller, ADA, Authorization="Bearer nonsense")).status_code == 401
