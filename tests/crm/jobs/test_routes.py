"""Jobs over HTTP: the contract's fields, duplicates, twins, changes and refusals."""

import json
import random
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import text

from service.kernel.database import Database, Transaction
from service.kernel.identifiers import UserId
from tests.crm.clients import JOB, add_job, as_user
from tests.emails.stories import give

pytestmark = pytest.mark.anyio

FIELDS = [
    "id",
    "job_title",
    "job_url",
    "description",
    "salary_range",
    "notes",
    "resume_date",
    "status",
    "organization",
    "lead",
    "application_date",
    "created_at",
    "updated_at",
]
WORDS = " ".join(f"word{number}" for number in range(40))


async def test_a_job_has_the_fields_of_the_contract(client: httpx.AsyncClient) -> None:
    said = {
        "job_url": "https://acme.example/jobs/1",
        "description": "Python.\n\nPostgreSQL.",
        "salary_range": "80 000 EUR",
        "notes": "Ask for Ada.",
        "source": "board",
        "status": "applied",
        "resume_date": "2026-01-31",
    }
    made = await add_job(client, **said)
    assert list(made) == [*FIELDS, "warnings"]
    job = (await client.get(f"/api/jobs/{made['id']}")).json()
    assert list(job) == FIELDS
    assert job == {name: made[name] for name in FIELDS}
    now = job["created_at"]
    assert now.endswith("Z")
    assert job == {
        "id": made["id"],
        "job_title": "Backend Engineer",
        **{name: said[name] for name in ("job_url", "description", "salary_range", "notes")},
        "resume_date": "2026-01-31T00:00:00Z",
        "status": "Applied",
        "organization": {"id": made["organization"]["id"], "name": "Acme Inc."},
        "lead": {
            "id": made["id"],
            "source": "board",
            "status": {"id": 2, "name": "Applied"},
            "deal": None,
            "created_at": now,
        },
        "application_date": now,
        "created_at": now,
        "updated_at": now,
    }


async def test_a_second_of_the_same_company_and_title_is_refused_by_number(client: httpx.AsyncClient) -> None:
    first = await add_job(client)
    for company, title in (("ACME, Inc", "Backend Engineer"), ("Acme GmbH", "  backend\tENGINEER ")):
        answer = await client.post("/api/jobs", json={"company": company, "job_title": title})
        assert answer.status_code == 409, answer.text
        problem = answer.json()
        assert (problem["type"], problem["existing_id"]) == ("/problems/duplicate-job", first["id"])
    another = await add_job(client, company="ACME", job_title="Data Engineer")
    assert another["organization"] == first["organization"]
    assert (await client.post("/api/jobs", json=JOB, **as_user("bob"))).status_code == 201


async def test_another_job_of_the_same_posting_is_named(client: httpx.AsyncClient) -> None:
    url = "https://jobs.example.com/17"
    first = await add_job(client, description=WORDS, job_url=url)
    assert first["warnings"] == []
    by_words = await add_job(
        client, company="Recruiters Ltd", description=f"**{WORDS.upper().replace(' ', chr(10))}** –!"
    )
    by_address = await add_job(client, company="Globex", job_url="https://JOBS.example.com:443/17/?utm_source=mail#top")
    for twin in (by_words, by_address):
        (warning,) = twin["warnings"]
        assert (warning["code"], warning["job_id"]) == ("same-posting", first["id"])
        assert "Acme Inc." in warning["detail"]
    assert (await add_job(client, company="Initech", description="See the link."))["warnings"] == []
    assert (await add_job(client, company="Hooli", description="See the link."))["warnings"] == []
    theirs = await client.post("/api/jobs", json={**JOB, "description": WORDS, "job_url": url}, **as_user("bob"))
    assert theirs.json()["warnings"] == []
    changed = await client.put(f"/api/jobs/{by_address['id']}", json={"job_url": None})
    assert changed.json()["warnings"] == []
    noted = await client.put(f"/api/jobs/{by_words['id']}", json={"notes": "twice?"})
    assert [warning["job_id"] for warning in noted.json()["warnings"]] == [first["id"]]


async def test_any_subset_is_changed_and_nothing_else(client: httpx.AsyncClient) -> None:
    made = await add_job(client, notes="old", description=WORDS, source="board")
    one = f"/api/jobs/{made['id']}"
    for change, shown in (
        ({"notes": "new"}, {"notes": "new"}),
        ({"notes": None, "salary_range": "much"}, {"notes": None, "salary_range": "much"}),
        ({"job_title": "BACKEND Engineer"}, {"job_title": "BACKEND Engineer"}),
        ({"resume_date": "2026-01-31T10:00:00+01:00"}, {"resume_date": "2026-01-31T09:00:00Z"}),
        ({"company": "ACME"}, {"organization": made["organization"]}),
        ({}, {}),
    ):
        before = (await client.get(one)).json()
        answer = await client.put(one, json=change)
        assert answer.status_code == 200, answer.text
        after = answer.json()
        assert after.pop("warnings") == []
        assert after == before | shown | {"updated_at": after["updated_at"]}
        assert (after["updated_at"] > before["updated_at"]) is bool(shown) or change == {"company": "ACME"}
    moved = (await client.put(one, json={"company": "Globex", "status": "DO NOT apply"})).json()
    assert (moved["organization"]["name"], moved["status"]) == ("Globex", "Do Not Apply")
    assert moved["lead"]["status"] == {"id": 7, "name": "Do Not Apply"}
    assert moved["lead"]["source"] == "board"
    await add_job(client)  # the place it left is free


async def test_a_change_into_another_job_is_refused(client: httpx.AsyncClient) -> None:
    first, second = await add_job(client), await add_job(client, job_title="Data Engineer")
    third = await add_job(client, company="Globex")
    for job, change in ((second, {"job_title": "backend engineer"}), (third, {"company": "acme"})):
        answer = await client.put(f"/api/jobs/{job['id']}", json={**change, "notes": "lost"})
        assert answer.status_code == 409
        assert answer.json()["existing_id"] == first["id"]
        assert (await client.get(f"/api/jobs/{job['id']}")).json()["notes"] is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"company": "a" * 301}, "/company"),
        ({"company": " \t "}, "/company"),
        ({"job_title": "\u200b"}, "/job_title"),
        ({"job_title": "\ud800"}, "/job_title"),
        ({"job_title": None}, "/job_title"),
        ({"notes": "n" * 20_001}, "/notes"),
        ({"notes": "\0"}, "/notes"),
        ({"description": "d" * 100_001}, "/description"),
        ({"job_url": "u" * 2_001}, "/job_url"),
        ({"resume_date": "2026-02-30"}, "/resume_date"),
        ({"resume_date": "2026-01-31T09:30:00"}, "/resume_date"),
        ({"resume_date": "0001-01-01T00:00:00+10:00"}, "/resume_date"),
        ({"resume_date": "0001-01-01"}, "/resume_date"),
        ({"resume_date": "9999-12-31T23:59:59.999999Z"}, "/resume_date"),
        ({"resume_date": "1900-01-01T00:00:00+01:00"}, "/resume_date"),
        ({"status": "applid"}, "/status"),
        ({"id": 5}, "/id"),
    ],
)
async def test_what_is_not_in_order_is_refused_by_its_place(
    client: httpx.AsyncClient, said: dict[str, Any], place: str
) -> None:
    made = await add_job(client, job_title="There already")
    as_json = {"content-type": "application/json"}
    for method, path, body in (("PUT", f"/api/jobs/{made['id']}", said), ("POST", "/api/jobs", JOB | said)):
        answer = await client.request(method, path, content=json.dumps(body), headers=as_json)
        assert answer.status_code in {400, 422}, answer.text
        if answer.status_code == 422:
            assert [error["pointer"] for error in answer.json()["errors"]] == [place]


@pytest.mark.parametrize(
    "letters", ["".join(map(chr, range(0x20000, 0x2A000))), "ΐΰᾷῗῧῷﬃẞ", "aB "], ids=["rare", "long", "plain"]
)
async def test_the_widest_lines_can_be_kept_and_found(client: httpx.AsyncClient, letters: str) -> None:
    """An index holds a third of a page for a row: its tenant, company or title, whatever alphabet they are in."""
    draw = random.Random(5)
    company, title = ("".join(draw.choices(letters, k=299)) + "x" for _ in range(2))
    ada = as_user("ada", tenant="".join(draw.choices(letters.replace(" ", "_"), k=255)))
    made = await client.post("/api/jobs", json={"company": company, "job_title": title}, **ada)
    assert made.status_code == 201, made.text
    for order_by in ("company", "job_title"):
        query = {"orderBy": order_by, "search": " ".join(title.split())[:200]}
        found = (await client.get("/api/jobs", params=query, **ada)).json()
        assert [job["id"] for job in found["items"]] == [made.json()["id"]]


async def test_an_unknown_status_is_told_the_seven(client: httpx.AsyncClient) -> None:
    statuses = [status["name"] for status in (await client.get("/api/jobs/statuses")).json()]
    assert len(statuses) == 7
    for answer in (
        await client.post("/api/jobs", json={**JOB, "status": "hired"}),
        await client.get("/api/jobs", params={"status": "hired"}),
        await client.get("/api/leads", params={"status": "hired"}),
    ):
        assert answer.status_code == 422
        assert all(status in answer.json()["detail"] for status in statuses)


async def test_the_statuses_are_those_of_the_database(client: httpx.AsyncClient, db: Database) -> None:
    async def read(tx: Transaction) -> list[dict[str, Any]]:
        rows = await tx.rows(text("SELECT id, name, position FROM job_statuses ORDER BY id"))
        return [{"id": row.id, "name": row.name, "position": row.position} for row in rows]

    assert (await client.get("/api/jobs/statuses")).json() == await db.run_system(read)


async def test_the_latest_resume_date_of_all(client: httpx.AsyncClient) -> None:
    async def latest() -> str | None:
        return (await client.get("/api/jobs/recent-resume-date")).json()["resume_date"]

    assert await latest() is None
    await add_job(client, job_title="1")
    assert await latest() is None
    await add_job(client, job_title="2", resume_date="2026-03-01")
    await add_job(client, job_title="3", resume_date="2025-12-31")
    assert await latest() == "2026-03-01T00:00:00Z"


async def test_what_is_another_s_is_not_there(client: httpx.AsyncClient) -> None:
    number = (await add_job(client))["id"]
    beyond = 2**63
    for method, path, body in (
        ("GET", "/api/jobs/{}", None),
        ("PUT", "/api/jobs/{}", {"notes": "mine"}),
        ("PUT", "/api/jobs/{}", {"company": "Globex"}),
        ("DELETE", "/api/jobs/{}", None),
        ("GET", "/api/leads/{}", None),
        ("GET", "/api/leads/{}/history", None),
        ("POST", "/api/leads/{}/applied", None),
        ("POST", "/api/leads/{}/do-not-apply", None),
    ):
        for user, wanted in (("bob", number), ("ada", 2**62), ("ada", beyond), ("ada", "9" * 5_000), ("ada", -1)):
            answer = await client.request(method, path.format(wanted), json=body, **as_user(user))
            assert answer.status_code == 404, (method, path, user)
    assert (await client.get("/api/jobs", **as_user("bob"))).json()["items"] == []
    assert (await client.get(f"/api/jobs/{number}")).json()["notes"] is None


async def test_two_users_of_one_tenant_see_the_same(client: httpx.AsyncClient) -> None:
    ada, bob = (as_user(user, tenant="the firm") for user in ("ada", "bob"))
    made = (await client.post("/api/jobs", json=JOB, **ada)).json()
    marked = await client.post(f"/api/leads/{made['id']}/applied", **bob)
    assert marked.status_code == 200
    listed = [(await client.get("/api/jobs", **who)).json() for who in (ada, bob)]
    assert listed[0] == listed[1]
    assert listed[0]["items"][0]["status"] == "Applied"
    assert (await client.get("/api/jobs")).json()["items"] == []  # Ada alone is another tenant


async def test_a_deleted_job_leaves_its_deal_without_a_lead(client: httpx.AsyncClient) -> None:
    job = await add_job(client)
    deal = (await client.post("/api/deals", json={"name": "Offer", "lead_id": job["id"]})).json()
    shown = (await client.get(f"/api/jobs/{job['id']}")).json()
    assert shown["lead"]["deal"] == {"id": deal["id"], "name": "Offer", "status": "open"}
    assert (await client.delete(f"/api/jobs/{job['id']}")).status_code == 204
    assert (await client.delete(f"/api/jobs/{job['id']}")).status_code == 404
    assert (await client.get(f"/api/leads/{job['id']}/history")).status_code == 404
    assert (await client.get(f"/api/deals/{deal['id']}")).json()["lead_id"] is None


async def test_a_repeat_with_the_same_key_gets_the_same_job(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first, second = [await client.post("/api/jobs", json=JOB, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


async def test_of_many_who_add_the_same_one_does(client: httpx.AsyncClient, db: Database) -> None:
    for user in (UserId(f"one of many {number}") for number in range(8)):  # the first jobs they have
        await give(db, 0, user=user)
        answers: list[httpx.Response] = []

        async def add(number: int, user: UserId = user, answers: list[httpx.Response] = answers) -> None:
            said = {"company": f"Acme {'!' * number}", "job_title": f"Engineer {number % 2}"}
            answers.append(await client.post("/api/jobs", json=said, **as_user(user)))

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                for number in range(8):
                    group.start_soon(add, number)
        assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 6
        made = [answer.json() for answer in answers if answer.status_code == 201]
        refused = [answer.json() for answer in answers if answer.status_code == 409]
        assert {problem["existing_id"] for problem in refused} == {job["id"] for job in made}
        assert len({job["organization"]["id"] for job in made}) == 1


async def test_of_many_who_change_into_the_same_one_does(client: httpx.AsyncClient) -> None:
    ids = [
        (await add_job(client, job_title=f"Engineer {number}", company=f"Firm {number}"))["id"] for number in range(6)
    ]
    statuses: list[int] = []

    async def move(job: int) -> None:
        change = {"company": "Acme", "job_title": "Engineer"}
        statuses.append((await client.put(f"/api/jobs/{job}", json=change)).status_code)

    async def add() -> None:
        answer = await client.post("/api/jobs", json={"company": "Acme", "job_title": "Engineer"})
        statuses.append({201: 200}.get(answer.status_code, answer.status_code))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for job in ids:
                group.start_soon(move, job)
            group.start_soon(add)
    assert sorted(statuses) == [200] + [409] * 6
