"""A person's data over HTTP."""

import io
import zipfile

import httpx
import pytest

from service.access.callers import KnownUsers
from service.accounts.operations import is_stored
from service.accounts.routes import routes as accounts
from service.credits.routes import routes as credits
from service.custody.routes import routes
from service.kernel.clock import SystemClock
from service.kernel.database import Database
from tests.custody.people import CANARY, PERSON, settle_in
from tests.custody.test_operations_erasing import MINE, MY_CRM
from tests.http import serve
from tests.web.application import Parts, bearer, client_of

pytestmark = pytest.mark.anyio

STORE = {"user_id": PERSON, "email": f"{CANARY}@example.com"}


def app(db: Database) -> object:
    known_users = KnownUsers(db, is_stored)
    return Parts(db=db, is_stored=is_stored, known_users=known_users).app(
        *routes(db=db, clock=SystemClock(), forget=known_users.forget),
        *accounts(db=db, welcome_coins=10),
        *credits(db=db),
    )


def client(db: Database) -> httpx.AsyncClient:
    caller = client_of(app(db))
    caller.headers.update(bearer(PERSON))
    return caller


async def test_an_account_is_deleted_once_and_unknown_at_once(db: Database) -> None:
    await settle_in(db)
    async with client(db) as caller:
        assert (await caller.get("/api/users/me")).status_code == 200  # remembered as known
        first = await caller.delete("/api/users/delete-account")
        assert first.status_code == 200, first.text
        assert first.json() == {"deleted": {**dict.fromkeys((*MINE, *MY_CRM), 1), "lead_events": 2, "events": 4}}
        for method, path in (("DELETE", "/api/users/delete-account"), ("GET", "/api/users/me")):
            refused = await caller.request(method, path)
            assert refused.status_code == 403
            assert refused.json()["type"].endswith("unknown-user")
        assert (await caller.post("/api/users/store", json=STORE)).status_code == 200
        assert (await caller.get("/api/credits/balance")).json()["balance"] == 0


async def test_an_export_is_a_zip_under_a_name(db: Database) -> None:
    await settle_in(db)
    async with client(db) as caller:
        answer = await caller.get("/api/users/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="overture-export.zip"'
    assert "x-request-id" in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert CANARY in archive.read("emails.jsonl").decode()


async def test_nobody_exports_without_being_stored(db: Database) -> None:
    async with client(db) as caller:
        for headers, status in (({}, 403), ({"Authorization": "Bearer nonsense"}, 401)):
            answer = await caller.get("/api/users/export", headers=headers)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_service_exports_and_deletes_for_whom_it_acts(db: Database) -> None:
    await settle_in(db)
    token = bearer("backend", scopes=["service"]) | {"X-On-Behalf-Of": PERSON}
    async with client(db) as caller:
        assert (await caller.get("/api/users/export", headers=token)).status_code == 200
        assert (await caller.delete("/api/users/delete-account", headers=token)).status_code == 200


async def test_over_a_real_connection(db: Database) -> None:
    await settle_in(db)
    async with serve(app(db)) as url, httpx.AsyncClient(base_url=url, headers=bearer(PERSON)) as caller:
        head = await caller.head("/api/users/export")
        answer = await caller.get("/api/users/export")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
