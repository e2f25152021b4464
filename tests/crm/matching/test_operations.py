"""Jobs by company and title: which is meant, whether it was applied to, which of many were not."""

from typing import Any

import httpx
import pytest

from service.crm.company_names import DESCRIPTIONS_MAX, PAIRS_MAX, CompanyName
from service.crm.matching import operations as matching
from service.crm.matching.operations import APPLIED, FILTERED_MAX, JobName
from service.crm.model import STATUSES, Status
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import personal_tenant
from tests.crm.clients import ADA, BOB, add_job, as_user
from tests.emails.stories import acting
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio


async def ask_applied(client: httpx.AsyncClient, company: str, job_title: str, **of_whom: Any) -> dict[str, Any]:
    answer = await client.get("/api/jobs/applied", params={"company": company, "job_title": job_title}, **of_whom)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def left_over(client: httpx.AsyncClient, *named: tuple[str, str], **of_whom: Any) -> list[tuple[str, str]]:
    jobs = [{"company": company, "job_title": job_title} for company, job_title in named]
    answer = await client.post("/api/jobs/filter", json={"jobs": jobs}, **of_whom)
    assert answer.status_code == 200, answer.text
    return [(job["company"], job["job_title"]) for job in answer.json()["jobs"]]


# As the tenant has it, as it is asked for, and how like it is; each place in which candidates are looked for.
FOUND = [
    ("Acme Inc.", "ACME", 1),
    ("Deutsche Telekom AG", "Deutsche Telekom", 1),
    ("PayPal", "Pay Pal", 0.98),
    ("E.ON SE", "EON", 0.98),
    ("BMW Group", "BMW", 0.96),
    ("Google", "Google Ireland Limited", 0.96),
    ("Robert Bosch GmbH", "Bosch, Robert", 0.95),
    ("Stripe", "Strpie", 0.92),
    ("Microsoft", "Mircosoft", 0.94),
    ("Spotify", "Spotfy", 0.92),
    ("Jürgens & Söhne", "Juergens & Soehne", 0.99),
    ("Straße & Söhne GmbH", "STRASSE & SOEHNE", 0.99),
    ("Huebner Baecker", "Hübner Bäcker", 0.99),
    ("Blue Möller AG", "Blue Moeller", 0.99),
    ("Müller", "Mueller Group", 0.95),
    ("Bang & Ørsted", "Bang and Oersted", 0.99),
]
NOT_FOUND = [
    ("Google", "Goggle Labs"),
    ("Meta", "Metabase"),
    ("SAP", "SAS"),
    ("Stripe", "Strive"),
    ("Deutsche Bank", "Deutsche Bahn"),
    ("Blu", "Blue"),
    ("Hübel", "Huebler"),
]


async def test_a_company_is_found_by_what_it_is_called(client: httpx.AsyncClient) -> None:
    for company, asked, match in FOUND:
        job = await add_job(client, company=company, job_title=f"Engineer at {company}", status="Applied")
        title = f"engineer  AT {company}".upper()
        assert await ask_applied(client, asked, title) == {"applied": True, "job_id": job["id"], "match": match}
        assert await left_over(client, (asked, title), (company, "CTO")) == [(company, "CTO")]
    for company, asked in NOT_FOUND:
        await add_job(client, company=company, job_title="Driver", status="Applied")
        assert await ask_applied(client, asked, "Driver") == {"applied": False, "job_id": None, "match": None}
    assert await left_over(client, *((asked, "Driver") for _, asked in NOT_FOUND)) == [
        (asked, "Driver") for _, asked in NOT_FOUND
    ]


async def test_applied_is_applied_and_beyond(client: httpx.AsyncClient) -> None:
    for status in STATUSES:
        job = await add_job(client, job_title=status.value, status=status.value)
        was_applied = status in APPLIED
        assert await ask_applied(client, "ACME", status.value) == {
            "applied": was_applied,
            "job_id": job["id"],
            "match": 1,
        }
    still = await left_over(client, *(("ACME", status.value) for status in STATUSES))
    assert still == [("ACME", "Lead"), ("ACME", "Do Not Apply")]


async def test_one_that_was_applied_to_is_told_before_one_that_is_more_alike(client: httpx.AsyncClient) -> None:
    exact = await add_job(client, company="Acme")
    described = await add_job(client, company="Acme Group", status="Rejected")
    assert await ask_applied(client, "Acme", "Backend Engineer") == {
        "applied": True,
        "job_id": described["id"],
        "match": 0.96,
    }
    assert (await client.put(f"/api/jobs/{described['id']}", json={"status": "Lead"})).status_code == 200
    assert (await ask_applied(client, "Acme", "Backend Engineer"))["job_id"] == exact["id"]


async def test_the_rest_comes_back_as_it_was_named(client: httpx.AsyncClient) -> None:
    await add_job(client, status="Offer")
    named = [("Beta", " CTO "), ("ACME gmbh", "backend  engineer"), ("Beta", " CTO "), ("Gamma", "CTO")]
    assert await left_over(client, *named) == [named[0], named[2], named[3]]
    assert await left_over(client) == []
    assert await left_over(client, *[("Acme", "Backend Engineer"), ("x", "y")] * (FILTERED_MAX // 2)) == [
        ("x", "y")
    ] * (FILTERED_MAX // 2)


async def test_another_tenants_jobs_are_not_there(client: httpx.AsyncClient) -> None:
    await add_job(client, status="Applied")
    nothing = {"applied": False, "job_id": None, "match": None}
    assert await ask_applied(client, "Acme Inc.", "Backend Engineer", **as_user(BOB)) == nothing
    assert await left_over(client, ("Acme", "Backend Engineer"), **as_user(BOB)) == [("Acme", "Backend Engineer")]
    named = {"company": "Acme", "job_title": "Backend Engineer", "status": "Offer"}
    assert (await client.put("/api/jobs/by-company", json=named, **as_user(BOB))).status_code == 404


async def change(client: httpx.AsyncClient, company: str, **changes: Any) -> httpx.Response:
    named = {"company": company, "job_title": "backend engineer"}
    return await client.put("/api/jobs/by-company", json=named | changes)


async def test_the_job_that_is_meant_is_changed(client: httpx.AsyncClient) -> None:
    job = await add_job(client, notes="first", salary_range="90k")
    changed = (await change(client, "Acme GmbH", notes="second", salary_range=None, status="Applied")).json()
    assert changed["id"] == job["id"]
    assert (changed["notes"], changed["salary_range"], changed["status"]) == ("second", None, "Applied")
    assert (changed["job_title"], changed["organization"]["name"]) == ("Backend Engineer", "Acme Inc.")
    history = (await client.get(f"/api/leads/{job['id']}/history")).json()
    assert [entry["to_status"]["name"] for entry in history["items"]] == ["Lead", "Applied"]
    assert (await change(client, "Beta")).status_code == 404
    assert (await change(client, "Acme", status="Nearly")).status_code == 422
    assert (await change(client, "   ")).status_code == 422


async def test_leaving_half_way_changes_nothing(db: Database, client: httpx.AsyncClient) -> None:
    job = await add_job(client)

    async def check() -> None:
        assert (await client.get(f"/api/jobs/{job['id']}")).json() == {
            name: value for name, value in job.items() if name != "warnings"
        }

    async def unit(tx: Transaction) -> None:
        await matching.change_by_company(
            tx,
            tenant=personal_tenant(ADA),
            name=JobName("ACME", "Backend Engineer"),
            changes={"status": Status.APPLIED},
            canonical=str,
            now=SystemClock().now(),
        )

    with acting(ADA):
        assert await cancelled_at_each_statement(db, unit, check) >= 4


async def test_several_that_could_be_meant_are_named(client: httpx.AsyncClient) -> None:
    germany = await add_job(client, company="Lumenvale Germany")
    group = await add_job(client, company="Lumenvale Group")
    answer = await change(client, "Lumenvale", notes="which?")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/ambiguous-company")
    assert answer.json()["candidates"] == [
        {"job_id": germany["id"], "company": "Lumenvale Germany", "match": 0.96},
        {"job_id": group["id"], "company": "Lumenvale Group", "match": 0.96},
    ]
    assert (await change(client, "lumenvale group")).json()["id"] == group["id"]
    exact = await add_job(client, company="Lumenvale AG")
    assert (await change(client, "Lumenvale")).json()["id"] == exact["id"]


async def test_what_is_refused(client: httpx.AsyncClient) -> None:
    for asked in ({"company": "Acme"}, {"company": " ", "job_title": "x"}, {"company": "x", "job_title": "\u200b"}):
        assert (await client.get("/api/jobs/applied", params=asked)).status_code == 422
    blank = await client.post("/api/jobs/filter", json={"jobs": [{"company": "A", "job_title": x} for x in "x "]})
    assert (blank.status_code, blank.json()["errors"][0]["pointer"]) == (422, "/jobs/1/job_title")
    too_many = [{"company": "Acme", "job_title": "x"}] * (FILTERED_MAX + 1)
    wrong: list[list[dict[str, Any]]] = [[{"company": "Acme"}], [{"company": "A", "job_title": "x", "id": 1}], too_many]
    for jobs in wrong:
        assert (await client.post("/api/jobs/filter", json={"jobs": jobs})).status_code == 422
    assert (await change(client, "Acme", existing_id=1)).status_code == 422


def other_keys(name: str) -> frozenset[str]:
    return CompanyName.of(name).other_keys()


def test_other_keys_are_few() -> None:
    assert other_keys("google ireland") == {"google", "ireland google"}
    assert {"acme", "acme ltd", "uk ltd acme"} < other_keys("acme ltd uk")
    assert other_keys("siemens energy trading berlin") == set()
    assert len(other_keys("acme " + "group " * 40)) == DESCRIPTIONS_MAX
    assert other_keys("Müller") == {"mueller"}
    assert other_keys("blue mueller") == {"blu mueller", "blue muller", "blu muller", "mueller blue"} | {
        "mueller blu",
        "muller blue",
        "muller blu",
    }
    assert len(other_keys("ae" * 100)) == 2**PAIRS_MAX - 1
