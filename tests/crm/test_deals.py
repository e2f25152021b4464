"""Deals over HTTP: with a lead or without, at most one to a lead."""

from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import text

from service.crm.deals import operations as deals
from service.crm.deals import store
from service.crm.deals.operations import LeadHasDeal
from service.crm.model import DealStatus, JobId
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import Window
from service.kernel.identifiers import personal_tenant
from tests.crm.clients import ADA, BOB, add_job, as_user
from tests.emails.stories import acting
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio

TENANT = personal_tenant(ADA)
MANY = "/api/deals"
NOW = SystemClock().now()
NEW: dict[str, Any] = {"name": "New", "status": "open"}


async def made(client: httpx.AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    answer = await client.post(MANY, json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_it_comes_back_as_it_was_given_and_its_job_shows_it(client: httpx.AsyncClient) -> None:
    job = await add_job(client)
    one = await made(client, "Contract", lead_id=job["id"], notes="6 months")
    assert list(one) == ["id", "name", "status", "notes", "lead_id", "created_at", "updated_at"]
    assert (one["status"], one["lead_id"]) == ("open", job["id"])
    shown = (await client.get(f"/api/jobs/{job['id']}")).json()["lead"]["deal"]
    assert shown == {"id": one["id"], "name": "Contract", "status": "open"}
    assert (await client.put(f"{MANY}/{one['id']}", json={})).json() == one
    changed = (await client.put(f"{MANY}/{one['id']}", json={"status": "won", "notes": None})).json()
    assert (changed["name"], changed["status"], changed["notes"]) == ("Contract", "won", None)
    assert (await client.get(f"{MANY}/{one['id']}")).json() == changed
    assert (await client.delete(f"/api/jobs/{job['id']}")).status_code == 204
    assert (await client.get(f"{MANY}/{one['id']}")).json()["lead_id"] is None
    assert (await client.delete(f"{MANY}/{one['id']}")).status_code == 204
    assert (await client.delete(f"{MANY}/{one['id']}")).status_code == 404


async def test_a_lead_has_one_deal(client: httpx.AsyncClient) -> None:
    lead = (await add_job(client))["id"]
    one, other = await made(client, "First", lead_id=lead), await made(client, "Second")
    for answer in (
        await client.post(MANY, json={"name": "Third", "lead_id": lead}),
        await client.put(f"{MANY}/{other['id']}", json={"lead_id": lead}),
    ):
        problem = answer.json()
        assert (answer.status_code, problem["type"], problem["existing_id"]) == (
            409,
            "/problems/lead-has-deal",
            one["id"],
        )
    assert (await client.put(f"{MANY}/{one['id']}", json={"lead_id": lead})).status_code == 200
    assert (await client.put(f"{MANY}/{one['id']}", json={"lead_id": None})).status_code == 200
    assert (await client.put(f"{MANY}/{other['id']}", json={"lead_id": lead})).status_code == 200


async def test_what_is_refused(client: httpx.AsyncClient) -> None:
    for body, pointer in (
        ({"name": " "}, "/name"),
        ({"name": "x", "status": "maybe"}, "/status"),
        ({"name": "x", "notes": "\0"}, "/notes"),
        ({"name": "x", "lead_id": -1}, "/lead_id"),
    ):
        answer = await client.post(MANY, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await client.post(MANY, json={"name": "x", "lead_id": 2**63 - 1})).status_code == 404
    assert (await client.get(f"{MANY}?status=maybe")).status_code == 422


async def test_lists_are_filtered_searched_and_paged(client: httpx.AsyncClient) -> None:
    for name, status in (("Alpha_1", "open"), ("Alphax1", "won"), ("Beta", "won"), ("Gamma", "won")):
        await made(client, name, status=status)
    page = (await client.get(f"{MANY}?search=PHA_")).json()
    assert ([item["name"] for item in page["items"]], page["total"]) == (["Alpha_1"], 1)
    page = (await client.get(f"{MANY}?status=won&limit=2")).json()
    assert ([item["name"] for item in page["items"]], page["total"]) == (["Gamma", "Beta"], 3)
    rest = (await client.get(f"{MANY}?status=won&limit=2&cursor={page['next_cursor']}")).json()
    assert [item["name"] for item in rest["items"]] == ["Alphax1"]
    assert (await client.get(f"{MANY}?cursor={page['next_cursor']}")).status_code == 422


async def test_another_tenants_is_not_there(client: httpx.AsyncClient) -> None:
    lead = (await add_job(client))["id"]
    one = (await made(client, "Mine"))["id"]
    for answer in (
        await client.get(f"{MANY}/{one}", **as_user(BOB)),
        await client.put(f"{MANY}/{one}", json={"name": "Yours"}, **as_user(BOB)),
        await client.delete(f"{MANY}/{one}", **as_user(BOB)),
        await client.post(MANY, json={"name": "Theirs", "lead_id": lead}, **as_user(BOB)),
    ):
        assert answer.status_code == 404
    assert (await client.get(MANY, **as_user(BOB))).json()["total"] == 0


async def test_of_many_deals_at_once_a_lead_gets_one(db: Database, client: httpx.AsyncClient) -> None:
    lead = JobId((await add_job(client))["id"])
    outcomes: list[str] = []

    async def close(number: int) -> None:
        with acting(ADA):
            try:
                await db.run(deals.create, tenant=TENANT, values=NEW | {"lead_id": lead}, now=NOW)
                outcomes.append("made")
            except LeadHasDeal:
                outcomes.append("refused")

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(close, number)
    assert sorted(outcomes) == ["made", *["refused"] * 7]


async def test_leaving_half_way_leaves_nothing(db: Database, client: httpx.AsyncClient) -> None:
    lead = JobId((await add_job(client))["id"])
    one = (await made(client, "Free"))["id"]

    async def check() -> None:
        async def read(tx: Transaction) -> int:
            return await tx.scalar(text("SELECT count(*) FILTER (WHERE lead_id IS NULL) * 10 + count(*) FROM deals"))

        assert await db.run_system(read) == 11

    async def create(tx: Transaction) -> None:
        await deals.create(tx, tenant=TENANT, values=NEW | {"lead_id": lead}, now=NOW)

    async def change(tx: Transaction) -> None:
        await deals.change(tx, tenant=TENANT, deal=one, values={"lead_id": lead}, now=NOW)

    with acting(ADA):
        assert [await cancelled_at_each_statement(db, unit, check) for unit in (create, change)] == [4, 3]


async def test_a_page_is_one_statement_however_many_it_shows(db: Database, client: httpx.AsyncClient) -> None:
    for number in range(5):
        await made(client, f"Deal {number}")

    async def read(tx: Transaction) -> None:
        listed = await store.list_deals(tx, TENANT, search=None, status=DealStatus.OPEN, window=Window(10))
        assert (len(listed.rows), listed.counted) == (5, 5)

    async def nothing() -> None:
        pass

    with acting(ADA):
        assert await cancelled_at_each_statement(db, read, nothing) == 1
