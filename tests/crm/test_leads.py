"""Leads: their moves, their history, and e-mails written for them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from service.crm.leads import operations as leads
from service.crm.model import JobId, Status
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import TenantId, personal_tenant
from tests.credits.wallets import acting
from tests.crm.clients import ADA, BOB, add_job

pytestmark = pytest.mark.anyio

MINE = personal_tenant(ADA)


async def history(client: httpx.AsyncClient, lead: int, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/leads/{lead}/history", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def moves(entries: list[dict[str, Any]]) -> list[tuple[str | None, str]]:
    return [(entry["from_status"] and entry["from_status"]["name"], entry["to_status"]["name"]) for entry in entries]


async def test_a_lead_is_shown_with_its_job(client: httpx.AsyncClient) -> None:
    job = await add_job(client, source="board", notes="n")
    lead = (await client.get(f"/api/leads/{job['id']}")).json()
    of_the_job = ("id", "job_title", "job_url", "description", "salary_range", "notes", "resume_date", "organization")
    assert lead == {
        **job["lead"],
        "job": {name: job[name] for name in (*of_the_job, "created_at", "updated_at")},
        "application_date": None,
        "updated_at": job["updated_at"],
    }
    assert (await client.get("/api/leads")).json()["items"] == [lead]


async def test_one_that_is_not_there_is_called_a_lead(client: httpx.AsyncClient) -> None:
    for method, place in (("GET", ""), ("GET", "/history"), ("POST", "/applied"), ("POST", "/do-not-apply")):
        answer = await client.request(method, f"/api/leads/7{place}")
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no lead 7.")


async def test_leads_are_listed_by_their_status(client: httpx.AsyncClient) -> None:
    numbers = [(await add_job(client, job_title=f"Engineer {number}"))["id"] for number in range(5)]
    for number in numbers[:3]:
        await client.post(f"/api/leads/{number}/applied")
    listed = (await client.get("/api/leads", params={"status": "applied", "limit": 2})).json()
    assert ([lead["id"] for lead in listed["items"]], listed["total"]) == (numbers[2:0:-1], 3)
    cursor = {"status": "applied", "limit": 2, "cursor": listed["next_cursor"]}
    rest = (await client.get("/api/leads", params=cursor)).json()
    assert ([lead["id"] for lead in rest["items"]], rest["next_cursor"]) == (numbers[:1], None)
    for another in ({"status": "lead"}, {}):  # a cursor belongs to the filter it was given for
        refused = await client.get("/api/leads", params={**another, "cursor": listed["next_cursor"]})
        assert refused.status_code == 422


async def test_each_move_is_in_the_history_once(client: httpx.AsyncClient) -> None:
    lead = (await add_job(client))["id"]
    first = (await client.post(f"/api/leads/{lead}/applied")).json()
    again = (await client.post(f"/api/leads/{lead}/applied")).json()
    assert again == first
    assert first["status"] == {"id": 2, "name": "Applied"}
    assert first["application_date"] == first["updated_at"]
    await client.put(f"/api/jobs/{lead}", json={"status": "interviewing"})
    await client.put(f"/api/jobs/{lead}", json={"status": "Interviewing", "notes": "x"})
    last = (await client.post(f"/api/leads/{lead}/do-not-apply")).json()
    back = (await client.post(f"/api/leads/{lead}/applied")).json()
    assert last["application_date"] == back["application_date"] == first["application_date"]  # the first time
    told = await history(client, lead)
    names = ["Lead", "Applied", "Interviewing", "Do Not Apply", "Applied"]
    assert moves(told["items"]) == list(zip([None, *names], names, strict=False))
    assert told["total"] == 5
    pages = [(await history(client, lead, limit=2, page=page))["items"] for page in (1, 2, 3, 4)]
    assert [entry for page in pages for entry in page] == told["items"]
    first_page = await history(client, lead, limit=2)
    assert (await history(client, lead, limit=2, cursor=first_page["next_cursor"]))["items"] == told["items"][2:4]


async def test_an_e_mail_for_a_lead_is_in_its_history(client: httpx.AsyncClient, db: Database) -> None:
    lead, email = JobId((await add_job(client))["id"]), uuid4()

    async def note(tenant: TenantId = MINE, of: JobId = lead) -> bool:
        now = SystemClock().now()
        return await db.run(leads.note_email, tenant=tenant, lead=of, email=email, status="draft", now=now)

    with acting(ADA):
        assert await note()
        assert not await note(of=JobId(lead + 1))
    with acting(BOB):
        assert not await note(personal_tenant(BOB))
        assert not await note()
    entry = (await history(client, lead))["items"][1]
    assert entry | {"id": 0, "happened_at": ""} == {
        "id": 0,
        "kind": "email",
        "from_status": None,
        "to_status": None,
        "email": {"id": str(email), "status": "draft"},
        "happened_at": "",
    }


async def test_a_history_is_only_added_to(client: httpx.AsyncClient, db: Database) -> None:
    lead = (await add_job(client))["id"]
    for change in ("UPDATE lead_events SET status_id = 2", "DELETE FROM lead_events"):

        async def meddle(tx: Transaction, change: str = change) -> None:
            await tx.execute(text(change))

        with acting(ADA), pytest.raises(Exception, match="permission denied"):
            await db.run(meddle)
    assert moves((await history(client, lead))["items"]) == [(None, Status.LEAD)]
