"""E-mails over HTTP: the contract's fields, lists, edits and refusals."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import anyio
import httpx
import pytest

from service.emails.routes import routes
from service.kernel.concurrency import Shares
from service.kernel.database import Database
from tests.emails.briefs import RESUME
from tests.emails.stories import ADA, JOB_TEXT, World, assert_sound, give, left, world
from tests.web.application import Parts, bearer

pytestmark = pytest.mark.anyio

REQUEST: dict[str, Any] = {
    "job_text": JOB_TEXT,
    "resume": RESUME,
    "recruiter": {"name": "Ada Park", "email": "ada@lumenvale.example", "company": "Lumenvale"},
}
FIELDS = [
    "id",
    "status",
    "subject",
    "body",
    "language",
    "recruiter",
    "job_context",
    "evidence",
    "missing",
    "warnings",
    "usage",
    "credits",
    "timings",
    "previous_id",
    "lead_id",
    "created_at",
    "updated_at",
]


@pytest.fixture
async def house(db: Database) -> AsyncIterator[World]:
    async with anyio.create_task_group() as root:
        yield world(db, root.start_soon)
        root.cancel_scope.cancel()


@pytest.fixture
async def client(house: World) -> AsyncIterator[httpx.AsyncClient]:
    await give(house.db, 10)
    endpoints = routes(services=replace(house.services, share=Shares(each=10).take))
    async with Parts(db=house.db).client(*endpoints) as client:
        yield client


async def written(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/api/emails/generate", json=REQUEST | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_generating_answers_every_field_of_the_contract(client: httpx.AsyncClient) -> None:
    email = await written(client)
    assert list(email) == FIELDS
    assert email["recruiter"] == {
        "name": "Ada Park",
        "email": "ada@lumenvale.example",
        "title": None,
        "company": "Lumenvale",
    }
    assert email["job_context"]["requirements"] == ["Four years or more with Python", "PostgreSQL in production"]
    assert "text" not in email["job_context"]
    assert email["credits"] == {"charged": 1, "available": 9}
    assert email["usage"] == {"provider": "offline", "model": "composer-1", "input_tokens": 0, "output_tokens": 0}
    assert set(email["timings"]["branches"]) == {"job_context", "resume", "llm", "store"}
    assert email["created_at"].endswith("Z")
    assert {"claim", "source", "reference"} == set(email["evidence"][0])
    assert (await client.get(f"/api/emails/{email['id']}")).json() == email


async def test_a_repeated_key_answers_the_first_email_again(client: httpx.AsyncClient, house: World) -> None:
    answers = [
        await client.post("/api/emails/generate", json=REQUEST, headers={"Idempotency-Key": "once"}) for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert (await left(house.db)).charges == 1


async def test_forty_at_once_with_one_key_are_one_email(client: httpx.AsyncClient, house: World) -> None:
    statuses: list[int] = []

    async def one() -> None:
        headers = {"Idempotency-Key": "together"}
        statuses.append((await client.post("/api/emails/generate", json=REQUEST, headers=headers)).status_code)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(one)
    assert set(statuses) <= {201, 409}
    assert (await left(house.db)).emails == 1
    assert (await left(house.db)).charges == 1
    await assert_sound(house.db)


@pytest.mark.parametrize(
    "changes",
    [
        {"job_url": "https://jobs.example.com/1"},
        {"resume_id": str(UUID(int=7))},
        {"recruiter": {}},
        {"recruiter": {"title": "x"}},
        {"recruiter": {"name": " "}},
        {"max_words": 39},
        {"max_words": 401},
        {"tone": "rude"},
        {"language": "english please"},
        {"job_text": "a\0b"},
        {"job_text": " "},
        {"instructions": "a\0"},
        {"instructions": "x" * 2_001},
        {"recruiter": {"name": "Ada", "email": "a@b.example, c@d.example"}},
        {"recruiter": {"name": "Ada", "email": "ada"}},
        {"recruiter": {"name": "Ada\r\nBcc: x"}},
        {"recruiter": {"name": "Ada\u2028x"}},
        {"recruiter": {"name": "A\0"}},
        {"recruiter": {"name": "=?utf-8?q?Ada=0D=0ABcc:_x?="}},
        {"recruiter": {"name": "A", "email": "=?utf-8?q?a?=@b.example"}},
        {"recruiter": {"name": "x" * 201}},
        {"resume": {"basics": {"name": 7}}},
        {"resume": []},
        {"job_text": "x" * 100_001},
        {"github": "octo/cat"},
        {"projects": [1]},
        {"project_ids": [1]},
        {"chat_id": str(UUID(int=7))},
        {"job_id": 12},
        {"nonsense": 1},
    ],
    ids=str,
)
async def test_what_is_wrong_is_refused_before_anything_is_reserved(
    client: httpx.AsyncClient, house: World, changes: dict[str, Any]
) -> None:
    answer = await client.post("/api/emails/generate", json=REQUEST | changes)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = await left(house.db)
    assert (found.emails, found.usage, found.balance.available) == (0, [], 10)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"github": "octo/cat"},
            "must be a login on GitHub or the address of a profile: octocat, @octocat, https://github.com/octocat",
        ),
        ({"language": "english please"}, "must be a language tag such as en or de-AT"),
    ],
)
async def test_what_is_written_otherwise_is_told_in_words(
    client: httpx.AsyncClient, changes: dict[str, str], said: str
) -> None:
    answer = await client.post("/api/emails/generate", json=REQUEST | changes)
    assert [error["detail"] for error in answer.json()["errors"]] == [said]


@pytest.mark.parametrize("url", ["ftp://example.com/x", "http://127.0.0.1/x", "http://169.254.169.254/", "file:///x"])
async def test_a_forbidden_address_is_refused_before_anything_is_reserved(
    client: httpx.AsyncClient, house: World, url: str
) -> None:
    asked = {"recruiter": {"company": "Acme"}, "job_url": url}
    answer = await client.post("/api/emails/generate", json=asked)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "unfetchable-url")
    assert (await left(house.db)).usage == []


async def test_without_coins_it_is_402(client: httpx.AsyncClient, house: World) -> None:
    for _ in range(10):
        await written(client, job_text="Backend Engineer", resume={})
    answer = await client.post("/api/emails/generate", json=REQUEST)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (402, "insufficient-credits")
    assert (await left(house.db)).emails == 10


async def test_regenerating_names_the_old_one_and_charges_again(client: httpx.AsyncClient, house: World) -> None:
    first = await written(client)
    path = f"/api/emails/{first['id']}/regenerate"
    again = await client.post(path, json={"tone": "direct", "language": "de", "max_words": 120})
    assert again.status_code == 201, again.text
    second = again.json()
    assert second["previous_id"] == first["id"]
    assert second["id"] != first["id"]
    assert second["language"] == "de"
    assert second["body"].startswith("Hallo Ada Park,")
    assert second["credits"] == {"charged": 1, "available": 8}
    assert second["job_context"] == first["job_context"]
    assert (await client.get(f"/api/emails/{first['id']}")).json() == first

    third = await client.post(f"/api/emails/{second['id']}/regenerate")
    assert third.status_code == 201, third.text
    assert third.json()["previous_id"] == second["id"]
    assert third.json()["body"] == second["body"]
    await assert_sound(house.db)


async def test_regenerating_is_idempotent(client: httpx.AsyncClient, house: World) -> None:
    first = await written(client)
    path, headers = f"/api/emails/{first['id']}/regenerate", {"Idempotency-Key": "again"}
    answers = [await client.post(path, json={"tone": "warm"}, headers=headers) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert (await left(house.db)).emails == 2


async def test_a_list_is_newest_first_and_pages(client: httpx.AsyncClient) -> None:
    ids = [(await written(client, job_text=f"Engineer number {number}"))["id"] for number in range(5)]
    page = (await client.get("/api/emails", params={"limit": 2})).json()
    assert [email["id"] for email in page["items"]] == [ids[4], ids[3]]
    assert (page["page"], page["limit"], page["total"], page["total_is_exact"]) == (1, 2, 5, True)
    following = (await client.get("/api/emails", params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [email["id"] for email in following["items"]] == [ids[2], ids[1]]
    third = (await client.get("/api/emails", params={"limit": 2, "page": 3})).json()
    assert [email["id"] for email in third["items"]] == [ids[0]]
    assert third["next_cursor"] is None


async def test_a_search_is_literal_and_folds_case(client: httpx.AsyncClient) -> None:
    plain = await written(client)
    odd = await written(client, recruiter={"name": "100%_Ada\\", "company": "Lumenvale"})

    async def found(search: str) -> list[str]:
        answer = await client.get("/api/emails", params={"search": search})
        assert answer.status_code == 200, answer.text
        return [email["id"] for email in answer.json()["items"]]

    assert await found("100%_ada\\") == [odd["id"]]
    assert await found("%") == [odd["id"]]
    assert await found("_") == [odd["id"]]
    assert await found("\\") == [odd["id"]]
    assert await found("ADA@LUMENVALE") == [plain["id"]]
    assert len(await found("BOOKING api")) == 2
    assert await found("nothing of this") == []


async def test_a_list_filters_by_status(client: httpx.AsyncClient) -> None:
    await written(client)
    assert (await client.get("/api/emails", params={"status": "draft"})).json()["total"] == 1
    assert (await client.get("/api/emails", params={"status": "sent"})).json()["total"] == 0
    for wrong in (
        {"status": "lost"},
        {"limit": 0},
        {"limit": 101},
        {"page": 0},
        {"orderBy": "x"},
        {"search": "x" * 201},
    ):
        assert (await client.get("/api/emails", params=wrong)).status_code == 422


async def test_a_draft_is_edited_in_parts(client: httpx.AsyncClient) -> None:
    first = await written(client)
    path = f"/api/emails/{first['id']}"
    edited = (await client.patch(path, json={"subject": "A subject of my own"})).json()
    assert edited["subject"] == "A subject of my own"
    assert edited["body"] == first["body"]
    assert edited["updated_at"] > first["updated_at"]
    edited = (await client.patch(path, json={"body": "One\r\ntwo", "recruiter": {"name": "Eve"}})).json()
    assert edited["body"] == "One\ntwo"
    assert edited["recruiter"] == {"name": "Eve", "email": None, "title": None, "company": None}
    assert (await client.get(path)).json() == edited


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": ""},
        {"subject": " "},
        {"subject": "a\r\nBcc: x@y.example"},
        {"subject": "a\0"},
        {"subject": "a\u2028b"},
        {"subject": "=?utf-8?q?a=0D=0ABcc:_x?="},
        {"subject": "x" * 201},
        {"subject": None},
        {"body": ""},
        {"body": "a\0"},
        {"body": "a\x1bb"},
        {"body": "x" * 20_001},
        {"recruiter": {}},
        {"recruiter": {"name": "a\nb"}},
        {"status": "sent"},
        {"recruiter": {"name": "a", "email": "a@b.example\r\nBcc: c@d.example"}},
    ],
    ids=str,
)
async def test_an_edit_that_no_message_can_carry_is_refused(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    first = await written(client)
    assert (await client.patch(f"/api/emails/{first['id']}", json=changes)).status_code == 422
    assert (await client.get(f"/api/emails/{first['id']}")).json() == first


async def test_deleting_leaves_the_charge_and_nothing_else(client: httpx.AsyncClient, house: World) -> None:
    first = await written(client)
    path = f"/api/emails/{first['id']}"
    deleted = await client.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for answer in (await client.get(path), await client.delete(path), await client.post(f"{path}/regenerate")):
        assert answer.status_code == 404
    assert (await left(house.db)).charges == 1
    await assert_sound(house.db)


async def test_another_users_email_is_as_if_it_did_not_exist(client: httpx.AsyncClient, house: World) -> None:
    first = await written(client)
    await give(house.db, 5, user=type(ADA)("mallory"))
    path, mallory = f"/api/emails/{first['id']}", bearer("mallory")
    answers = [
        await client.get(path, headers=mallory),
        await client.patch(path, json={"subject": "mine"}, headers=mallory),
        await client.delete(path, headers=mallory),
        await client.post(f"{path}/regenerate", json={}, headers=mallory),
        await client.get(f"/api/emails/{uuid4()}", headers=mallory),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert (await client.get("/api/emails", headers=mallory)).json()["total"] == 0
    assert (await client.get(path)).json() == first


async def test_an_id_that_is_none_is_404_too(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/emails/17")).status_code == 404
