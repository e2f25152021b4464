"""Organizations over HTTP: lists, names that are taken, renames that reach the jobs, deletion."""

from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import text

from service.crm.model import Direction, OrganizationId
from service.crm.organizations import operations as organizations
from service.crm.organizations import store
from service.crm.organizations.model import DuplicateOrganization, OrganizationSort, TooManyJobs
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import Window
from service.kernel.identifiers import personal_tenant
from tests.crm.clients import ADA, BOB, add_job, as_user
from tests.emails.stories import acting
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio

TENANT = personal_tenant(ADA)
MANY = "/api/organizations"
NOW = SystemClock().now()


async def made(client: httpx.AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    answer = await client.post(MANY, json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_it_comes_back_as_it_was_given(client: httpx.AsyncClient) -> None:
    one = await made(client, "  Acme   Inc. ", website="https://acme.example", notes=" Met at PyCon \n")
    assert list(one) == ["id", "name", "website", "notes", "created_at", "updated_at"]
    assert (one["name"], one["website"], one["notes"]) == ("Acme Inc.", "https://acme.example", "Met at PyCon")
    assert (await client.get(f"{MANY}/{one['id']}")).json() == one
    assert (await client.put(f"{MANY}/{one['id']}", json={})).json() == one
    changed = (await client.put(f"{MANY}/{one['id']}", json={"website": None, "name": "ACME"})).json()
    assert (changed["name"], changed["website"], changed["notes"]) == ("ACME", None, "Met at PyCon")
    assert (await client.delete(f"{MANY}/{one['id']}")).status_code == 204
    assert (await client.get(f"{MANY}/{one['id']}")).status_code == 404


async def test_what_is_refused(client: httpx.AsyncClient) -> None:
    for body, pointer in (
        ({"name": "   "}, "/name"),
        ({"name": "\u200b"}, "/name"),
        ({"name": "x" * 301}, "/name"),
        ({"name": "Acme", "notes": "a\0"}, "/notes"),
        ({"name": "Acme", "website": "x" * 2001}, "/website"),
        ({"name": "Acme", "title": "CEO"}, "/title"),
        ({}, "/name"),
    ):
        answer = await client.post(MANY, json=body)
        assert answer.status_code == 422, body
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_one_name_is_one_organization(client: httpx.AsyncClient) -> None:
    one, other = await made(client, "Acme Inc."), await made(client, "Beta")
    job = await add_job(client, company="ACME, LLC")
    assert job["organization"] == {"id": one["id"], "name": "Acme Inc."}
    for answer in (
        await client.post(MANY, json={"name": "The Acme Company"}),
        await client.put(f"{MANY}/{other['id']}", json={"name": "acme"}),
    ):
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (409, "/problems/duplicate-organization")
        assert problem["existing_id"] == one["id"]


async def test_a_new_name_is_that_of_its_jobs_and_of_the_next_one(client: httpx.AsyncClient) -> None:
    job = await add_job(client, company="Acme Inc.")
    one = job["organization"]["id"]
    assert (await client.put(f"{MANY}/{one}", json={"name": "Lumenvale"})).status_code == 200
    assert (await client.get(f"/api/jobs/{job['id']}")).json()["organization"] == {"id": one, "name": "Lumenvale"}
    assert (await client.get("/api/jobs?search=lumenvale")).json()["total"] == 1
    assert (await add_job(client, company="Acme Inc."))["organization"]["id"] != one
    assert (await add_job(client, company="Lumenvale GmbH", job_title="CTO"))["organization"]["id"] == one


async def test_one_with_jobs_stays(client: httpx.AsyncClient) -> None:
    job = await add_job(client)
    one = job["organization"]["id"]
    answer = await client.delete(f"{MANY}/{one}")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/organization-in-use")
    assert (await client.delete(f"/api/jobs/{job['id']}")).status_code == 204
    assert (await client.delete(f"{MANY}/{one}")).status_code == 204


async def test_a_crowd_is_not_renamed(db: Database, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organizations, "RENAMED_JOBS_MAX", 1)
    one = (await add_job(client))["organization"]["id"]
    assert (await client.put(f"{MANY}/{one}", json={"name": "ACME"})).status_code == 200
    await add_job(client, job_title="CTO")
    with acting(ADA), pytest.raises(TooManyJobs):
        await db.run(
            organizations.change, tenant=TENANT, organization=OrganizationId(one), values={"name": "A"}, now=NOW
        )
    assert (await client.put(f"{MANY}/{one}", json={"name": "ACME", "notes": "many"})).status_code == 200


@pytest.mark.parametrize("order_by", ["date", "name"])
async def test_pages_and_cursors_agree(client: httpx.AsyncClient, order_by: str) -> None:
    for name in ("beta", "Alpha", "delta_1", "Gamma", "100% Epsilon"):
        await made(client, name)
    for order in ("ASC", "DESC"):
        asked = f"{MANY}?orderBy={order_by}&order={order}&limit=2"
        pages = [(await client.get(f"{asked}&page={number}")).json() for number in (1, 2, 3, 4)]
        names = [item["name"] for page in pages for item in page["items"]]
        assert names == sorted(names, key=str.lower, reverse=order == "DESC") or order_by == "date"
        assert len(names) == 5
        assert [page["total"] for page in pages] == [5, 5, 5, 5]
        followed, cursor = pages[0]["items"], pages[0]["next_cursor"]
        while cursor:
            page = (await client.get(f"{asked}&cursor={cursor}")).json()
            followed, cursor = followed + page["items"], page["next_cursor"]
        assert [item["name"] for item in followed] == names
    assert (await client.get(f"{MANY}?orderBy=name&cursor={pages[0]['next_cursor']}&search=a")).status_code == 422
    assert (await client.get(f"{MANY}?orderBy=colour")).status_code == 422


async def test_search_takes_wildcards_literally(client: httpx.AsyncClient) -> None:
    for name in ("Delta_1", "Deltax1", "100% Epsilon", "Back\\slash"):
        await made(client, name)
    for search, found in (("a_1", ["Delta_1"]), ("%25", ["100% Epsilon"]), ("K\\S", ["Back\\slash"]), ("zz", [])):
        page = (await client.get(f"{MANY}?search={search}")).json()
        assert ([item["name"] for item in page["items"]], page["total"]) == (found, len(found))


async def test_a_repeat_by_its_key_makes_nothing(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "once"}
    first = await client.post(MANY, json={"name": "Acme"}, headers=key)
    again = await client.post(MANY, json={"name": "Acme"}, headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()


async def test_another_tenants_is_not_there(client: httpx.AsyncClient) -> None:
    one = (await made(client, "Acme"))["id"]
    for answer in (
        await client.get(f"{MANY}/{one}", **as_user(BOB)),
        await client.put(f"{MANY}/{one}", json={"name": "Mine"}, **as_user(BOB)),
        await client.delete(f"{MANY}/{one}", **as_user(BOB)),
    ):
        assert answer.status_code == 404
    assert (await client.get(MANY, **as_user(BOB))).json()["total"] == 0
    theirs = await client.post(MANY, json={"name": "ACME"}, **as_user(BOB))
    assert (theirs.status_code, theirs.json()["id"] == one) == (201, False)


async def test_of_two_who_take_a_name_at_once_one_gets_it(db: Database, client: httpx.AsyncClient) -> None:
    ids = [OrganizationId((await made(client, f"Candidate {number}"))["id"]) for number in range(4)]
    outcomes: list[str] = []

    async def rename(one: OrganizationId) -> None:
        with acting(ADA):
            try:
                await db.run(organizations.change, tenant=TENANT, organization=one, values={"name": "Winner"}, now=NOW)
                outcomes.append("renamed")
            except DuplicateOrganization:
                outcomes.append("duplicate")

    async def add() -> None:
        job = await add_job(client, company="Winner Ltd")
        outcomes.append(job["organization"]["name"])

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for one in ids:
                group.start_soon(rename, one)
            group.start_soon(add)
    page = (await client.get(f"{MANY}?search=winner")).json()
    assert page["total"] == 1
    assert outcomes.count("renamed") + outcomes.count("Winner Ltd") == 1


async def test_leaving_half_way_leaves_nothing(db: Database, client: httpx.AsyncClient) -> None:
    one = OrganizationId((await add_job(client))["organization"]["id"])
    empty = OrganizationId((await made(client, "Empty"))["id"])

    async def stands() -> list[tuple[Any, ...]]:
        async def read(tx: Transaction) -> list[tuple[Any, ...]]:
            found = (
                "SELECT o.id, o.name, o.name_key, j.company FROM organizations o LEFT JOIN jobs j ON true ORDER BY 1"
            )
            return [tuple(row) for row in await tx.rows(text(found))]

        return await db.run_system(read)

    before = await stands()

    async def check() -> None:
        assert await stands() == before

    async def create(tx: Transaction) -> None:
        await organizations.create(tx, tenant=TENANT, values={"name": "New"}, now=NOW)

    async def rename(tx: Transaction) -> None:
        await organizations.change(tx, tenant=TENANT, organization=one, values={"name": "New"}, now=NOW)

    async def delete(tx: Transaction) -> None:
        await organizations.delete(tx, tenant=TENANT, organization=empty)

    with acting(ADA):
        statements = [await cancelled_at_each_statement(db, unit, check) for unit in (create, rename, delete)]
    assert statements == [2, 6, 3]
    await check()


async def test_a_page_is_one_statement_however_many_it_shows(db: Database, client: httpx.AsyncClient) -> None:
    for number in range(5):
        await made(client, f"Candidate {number}")
    for search, statements in ((None, 1), ("candidate", 2)):  # the second says how to plan the search

        async def read(tx: Transaction, search: str | None = search) -> None:
            sort, order = OrganizationSort.NAME, Direction.ASC
            listed = await store.list_organizations(
                tx, TENANT, search=search, sort=sort, order=order, window=Window(10)
            )
            assert (len(listed.rows), listed.counted) == (5, 5)

        with acting(ADA):
            assert await cancelled_at_each_statement(db, read, nothing) == statements


async def nothing() -> None:
    pass
