"""Everything a user has, asked for by another: 404, the same as what does not exist; lists show nothing of it."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.journeys.problems import assert_problem
from tests.journeys.process import Service

pytestmark = pytest.mark.anyio

CANARY = "Canary Wharfinger"
RESUME = {"basics": {"name": CANARY}, "skills": [{"name": "Backend", "keywords": ["Python"]}]}
# What to send where a call that names an id takes a body.
BODIES: dict[str, dict[str, Any]] = {
    "patch /api/emails/{email_id}": {"subject": "Mine now"},
    "post /api/emails/{email_id}/regenerate": {"tone": "warm"},
    "put /api/jobs/{job_id}": {"company": "Mine now", "notes": "Mine now"},
    "put /api/organizations/{organization_id}": {"name": "Mine now"},
    "put /api/deals/{deal_id}": {"name": "Mine now"},
}
# Numbers are small and one after the other; this one is nobody's.
NO_NUMBER = str(10**15)


@dataclass
class Two:
    """Somebody, what they have, and another who has nothing."""

    service: Service
    owner: httpx.AsyncClient
    other: httpx.AsyncClient
    ids: dict[str, str]

    async def calls_by_id(self) -> list[tuple[str, str, str]]:
        """Every call that takes an id of ours, from the service's documentation: method, path, the id's name."""
        paths = (await self.owner.get("/openapi.json")).json()["paths"]
        named = [(path, name) for path in paths for name in re.findall(r"{(\w+_id)}", path)]
        return [(method, path, name) for path, name in named for method in paths[path]]


@pytest.fixture
async def two(standing: Service) -> AsyncGenerator[Two]:
    async with (
        standing.client(await standing.somebody()) as owner,
        standing.client(await standing.somebody()) as other,
    ):
        resume = await owner.post("/api/resumes", json=RESUME, headers={"Idempotency-Key": "same"})
        asked = {"recruiter": {"name": CANARY}, "resume_id": resume.json()["id"]}
        email = await owner.post("/api/emails/generate", json=asked)
        order = await owner.post("/api/payments/orders", json={"package_id": "plus", "provider": "stripe"})
        assert (resume.status_code, email.status_code, order.status_code) == (201, 201, 201)
        job = await owner.post("/api/jobs", json={"company": CANARY, "job_title": CANARY, "notes": CANARY})
        deal = await owner.post("/api/deals", json={"name": CANARY, "lead_id": job.json()["id"]})
        assert (job.status_code, deal.status_code) == (201, 201)
        ids = {
            "email_id": email.json()["id"],
            "resume_id": resume.json()["id"],
            "order_id": order.json()["order_id"],
            "job_id": str(job.json()["id"]),
            "lead_id": str(job.json()["lead"]["id"]),
            "organization_id": str(job.json()["organization"]["id"]),
            "deal_id": str(deal.json()["id"]),
        }
        yield Two(standing, owner, other, ids)


async def test_ids_of_another_are_ids_of_nothing(two: Two) -> None:
    calls = await two.calls_by_id()
    assert {name for _, _, name in calls} == set(two.ids)

    async def told(method: str, path: str, name: str, value: str) -> tuple[str, Any]:
        body = BODIES.get(f"{method} {path}")
        answer = await two.other.request(method, path.replace(f"{{{name}}}", value), json=body)
        assert_problem(answer, 404, "not-found")
        shown = re.sub(rf"\b{value}\b", "the id", answer.text.replace(answer.json()["request_id"], "the request"))
        hidden = {"x-request-id", "date", "content-length"}
        return shown, {key: value for key, value in answer.headers.items() if key not in hidden}

    for method, path, name in calls:
        nothing = NO_NUMBER if two.ids[name].isdigit() else str(uuid4())
        assert await told(method, path, name, two.ids[name]) == await told(method, path, name, nothing), path
    for path in ("/api/emails", "/api/resumes"):
        for nonsense in ("1", "0", "null", "%00", "' OR '1'='1", "a" * 1_000):
            answer = await two.other.get(f"{path}/{nonsense}")
            assert answer.status_code == 404, answer.text

    email = (await two.owner.get(f"/api/emails/{two.ids['email_id']}")).json()
    assert CANARY in email["body"]
    assert email["subject"] != "Mine now"
    assert (await two.owner.get(f"/api/resumes/{two.ids['resume_id']}")).status_code == 200
    job = (await two.owner.get(f"/api/jobs/{two.ids['job_id']}")).json()
    assert (job["organization"]["name"], job["notes"], job["status"]) == (CANARY, CANARY, "Lead")
    assert job["lead"]["deal"]["name"] == CANARY


async def test_a_resume_of_another_is_refused_like_one_that_is_not_there(two: Two) -> None:
    answers: list[tuple[int, str, str]] = []
    for resume in (two.ids["resume_id"], str(uuid4())):
        asked = {"recruiter": {"name": "Ada Park"}, "resume_id": resume}
        refusal = await two.other.post("/api/emails/generate", json=asked)
        assert CANARY not in refusal.text
        problem = refusal.json()
        answers.append((refusal.status_code, problem["type"], problem["detail"].replace(resume, "the id")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_lists_and_searches_show_nothing_of_another(two: Two) -> None:
    await two.owner.post("/api/resumes", json=RESUME)
    cursor = (await two.owner.get("/api/resumes?limit=1")).json()["next_cursor"]
    queries: tuple[tuple[str, dict[str, str]], ...] = (
        ("/api/emails", {}),
        ("/api/emails", {"search": "Canary"}),
        ("/api/emails", {"status": "draft"}),
        ("/api/resumes", {}),
        ("/api/resumes", {"cursor": cursor}),
        ("/api/credits/transactions", {"type": "charge"}),
        ("/api/jobs", {}),
        ("/api/jobs", {"search": "Canary", "orderBy": "company"}),
        ("/api/jobs", {"status": "Lead", "orderBy": "resume"}),
        ("/api/leads", {"status": "Lead"}),
        ("/api/organizations", {"search": "Canary"}),
        ("/api/deals", {}),
    )
    for path, query in queries:
        listed = await two.other.get(path, params=query)
        assert listed.status_code == 200, listed.text
        assert (listed.json()["items"], listed.json()["total"]) == ([], 0), path
        assert CANARY not in listed.text
    named = {"company": CANARY, "job_title": CANARY}
    assert not (await two.other.get("/api/jobs/applied", params=named)).json()["applied"]
    assert CANARY not in (await two.other.get("/api/jobs/export")).text
    assert (await two.other.put("/api/jobs/by-company", json=named)).status_code == 404
    assert (await two.other.get("/api/credits/balance")).json()["available"] == 1000
    assert (await two.owner.get("/api/credits/balance")).json()["available"] == 999


async def test_keys_of_another_replay_nothing(two: Two) -> None:
    answer = await two.other.post("/api/resumes", json=RESUME, headers={"Idempotency-Key": "same"})
    assert answer.status_code == 201
    assert answer.json()["id"] != two.ids["resume_id"]
    assert "idempotency-replayed" not in answer.headers


async def test_nobody_is_stored_in_the_name_of_another(two: Two) -> None:
    owner = (await two.owner.get("/api/users/me")).json()
    claimed = {"user_id": owner["user_id"], "email": owner["email"], "display_name": "Taken"}
    answer = await two.other.post("/api/users/store", json=claimed)
    assert answer.status_code == 403
    assert (await two.owner.get("/api/users/me")).json() == owner


async def test_after_all_of_it_everything_is_in_order(standing: Service) -> None:
    await standing.is_in_order()
