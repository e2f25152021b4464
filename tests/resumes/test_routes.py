"""Résumés over HTTP: what goes in and comes out, and how a request is refused."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.accounts import operations as accounts
from service.adapters.resume_reader.scripted import ScriptedResumeReader
from service.kernel.database import Database
from service.resumes import operations
from service.resumes.routes import routes
from service.web.openapi import document as openapi
from tests.adapters.resume_reader.files import PLAIN, docx, grace_pdf
from tests.resumes.documents import ada
from tests.resumes.people import BOB, CLOCK, IDENTIFIERS, count, stored_people
from tests.samples import SAMPLES, needs_samples
from tests.web.application import Parts, bearer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's, over the real gate."""
    await stored_people(db)
    parts = Parts(db=db, is_stored=accounts.is_stored)
    async with parts.client(
        *routes(db=db, reader=ScriptedResumeReader(), identifiers=IDENTIFIERS, clock=CLOCK)
    ) as client:
        yield client


async def test_a_resume_is_stored_and_read_back(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/resumes", json=ada())
    assert made.status_code == 201
    answer = made.json()
    assert list(answer) == [
        *("id", "name", "basics", "work", "skills", "projects", "education", "text"),
        *("warnings", "created_at"),
    ]
    for section in ("basics", "work", "skills", "projects", "education"):
        assert answer[section] == ada()[section]
    assert answer["name"] == "Ada Example"
    assert answer["text"].startswith("Ada Example\nBackend engineer")
    assert answer["created_at"].endswith("Z")
    assert (await client.get(f"/api/resumes/{answer['id']}")).json() == answer


async def test_a_file_in_a_language_that_is_not_known_is_stored_with_a_warning(client: httpx.AsyncClient) -> None:
    text = "Mette\n" + "Ukendt linje\n" * 9
    made = await client.post("/api/resumes", files={"file": ("cv.txt", text.encode())})
    assert [warning["code"] for warning in made.json()["warnings"]] == ["unrecognised-resume"]
    sent = await client.post("/api/resumes", json=ada() | {"warnings": "of another kind"})
    assert sent.json()["warnings"] == []


async def test_sections_that_are_missing_or_null_are_empty(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/api/resumes", json={"basics": {"name": "Ada"}, "work": None})).json()
    assert [answer[section] for section in ("work", "skills", "projects", "education")] == [[], [], [], []]


@needs_samples
async def test_the_real_sample_is_stored_and_read_back(client: httpx.AsyncClient) -> None:
    raw = (SAMPLES / "resumes" / "jsonresume_sample.resume.json").read_bytes()
    made = await client.post("/api/resumes", content=raw, headers={"Content-Type": "application/json"})
    assert made.status_code == 201
    assert made.json()["work"] == json.loads(raw)["work"]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"basics": {"name": 5}}, "/basics/name"),
        ({"skills": ["Go"]}, "/skills/0"),
        ({"x": ["a\0"]}, "/x/0"),
        ({}, ""),
        ([], ""),
        ("x", ""),
        (None, ""),
    ],
)
async def test_what_is_wrong_is_answered_with_its_place(
    client: httpx.AsyncClient, db: Database, document: Any, pointer: str
) -> None:
    content, headers = json.dumps(document), {"Content-Type": "application/json"}
    answer = await client.post("/api/resumes", content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"].endswith("invalid-request")
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    assert await count(db) == 0


async def test_half_a_surrogate_pair_is_refused(client: httpx.AsyncClient, db: Database) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/api/resumes", content=b'{"x": "\\ud800"}', headers=headers)
    assert answer.status_code in (400, 422)
    assert await count(db) == 0


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"x": NaN}', 400),
        (b'{"x": 1, "x": 2}', 400),
        (b'{"x": 1e999}', 422),
        (b'{"x": ' + b"9" * 5_000 + b"}", 422),
        (b'{"x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400),
        (b'{"x": "' + b"x" * 1_000_001 + b'"}', 413),
    ],
)
async def test_what_is_no_document_is_refused(client: httpx.AsyncClient, db: Database, raw: bytes, status: int) -> None:
    answer = await client.post("/api/resumes", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert await count(db) == 0


async def test_the_same_key_stores_one(client: httpx.AsyncClient, db: Database) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await client.post("/api/resumes", json=ada(), headers=headers)
    again = await client.post("/api/resumes", json=ada(), headers=headers)
    other = await client.post("/api/resumes", json={"basics": {"name": "x"}}, headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await count(db) == 1


async def test_a_list_is_paged_newest_first(client: httpx.AsyncClient) -> None:
    names = [f"number {number}" for number in range(5)]
    for name in names:
        await client.post("/api/resumes", json={"basics": {"name": name, "label": "x"}})
    first = (await client.get("/api/resumes?limit=2")).json()
    assert [item["name"] for item in first["items"]] == ["number 4", "number 3"]
    assert set(first["items"][0]) == {"id", "name", "label", "created_at"}
    assert [first[key] for key in ("page", "limit", "total", "total_is_exact")] == [1, 2, 5, True]
    seen, page = first["items"], first
    while page["next_cursor"]:
        page = (await client.get("/api/resumes", params={"limit": 2, "cursor": page["next_cursor"]})).json()
        seen += page["items"]
    assert [item["name"] for item in seen] == names[::-1]
    assert page["page"] == 3
    assert (await client.get("/api/resumes?limit=101")).status_code == 422
    assert (await client.get("/api/resumes?cursor=AAAA")).status_code == 422


async def test_a_deleted_one_is_gone(client: httpx.AsyncClient) -> None:
    made = (await client.post("/api/resumes", json=ada())).json()
    url = f"/api/resumes/{made['id']}"
    deleted = await client.delete(url)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [(await client.get(url)).status_code, (await client.delete(url)).status_code] == [404, 404]


async def test_another_users_is_not_found(client: httpx.AsyncClient, db: Database) -> None:
    made = (await client.post("/api/resumes", json=ada())).json()
    theirs, nobodys = f"/api/resumes/{made['id']}", f"/api/resumes/{uuid4()}"
    for method in ("GET", "DELETE"):
        answers = [await client.request(method, url, headers=bearer(BOB)) for url in (theirs, nobodys)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert len({answer.json()["title"] for answer in answers}) == 1
    assert (await client.get("/api/resumes", headers=bearer(BOB))).json()["total"] == 0
    assert await count(db) == 1


async def test_what_is_no_id_is_not_found(client: httpx.AsyncClient) -> None:
    for path in ("x", "1", "..%2f", "0" * 36):
        assert (await client.get(f"/api/resumes/{path}")).status_code == 404


def test_the_interface_describes_what_is_read(anyio_backend: str) -> None:
    described = openapi(
        routes(db=Parts().db, reader=ScriptedResumeReader(), identifiers=IDENTIFIERS, clock=CLOCK), version="1"
    )
    body = described["paths"]["/api/resumes"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "work" in described["components"]["schemas"][body["$ref"].rpartition("/")[2]]["properties"]
    assert "$defs" not in json.dumps(described)


@pytest.mark.parametrize(("name", "content"), [("cv.txt", PLAIN.encode()), ("cv.pdf", grace_pdf()), ("", docx())])
async def test_a_file_is_recognised_and_treated_like_a_document(
    client: httpx.AsyncClient, name: str, content: bytes
) -> None:
    made = await client.post("/api/resumes", files={"file": (name, content)})
    assert made.status_code == 201, made.text
    answer = made.json()
    assert (answer["name"], answer["work"][0]["name"]) == ("Grace Example", "Globex GmbH")
    assert "- Moved billing to PostgreSQL" in answer["text"]
    whole = (await client.get(f"/api/resumes/{answer['id']}/json-resume")).json()
    assert whole["basics"] == answer["basics"]
    assert (await client.post("/api/resumes", json=whole)).json()["work"] == answer["work"]


async def test_a_document_comes_out_as_it_went_in(client: httpx.AsyncClient) -> None:
    made = (await client.post("/api/resumes", json=ada())).json()
    url = f"/api/resumes/{made['id']}/json-resume"
    assert (await client.get(url)).json() == ada()
    theirs = await client.get(url, headers=bearer(BOB))
    nobodys = await client.get(f"/api/resumes/{uuid4()}/json-resume")
    assert [theirs.status_code, nobodys.status_code] == [404, 404]


@pytest.mark.parametrize(
    ("files", "slug", "said"),
    [
        ({"file": ("cv.pdf", b"\x89PNG\r\n")}, "unreadable-resume", "PDF, DOCX, Markdown or plain-text"),
        ({"file": ("cv.doc", b"\xd0\xcf\x11\xe0")}, "unreadable-resume", "PDF, DOCX, Markdown or plain-text"),
        ({"file": ("cv.txt", b"")}, "invalid-request", "PDF, DOCX, Markdown or plain-text"),
        ({"cv": ("cv.txt", b"x")}, "invalid-request", "`file`"),
        ([("file", b"x"), ("file", b"y")], "invalid-request", "PDF, DOCX, Markdown or plain-text"),
        ({"file": ("cv.txt", b"Skills")}, "invalid-request", "says nothing"),
    ],
    ids=["image", "old Word", "empty", "another field", "two", "only a heading"],
)
async def test_a_file_that_is_no_resume_is_refused(
    client: httpx.AsyncClient, db: Database, files: Any, slug: str, said: str
) -> None:
    answer = await client.post("/api/resumes", files=files)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, slug)
    assert said in answer.json()["detail"]
    assert await count(db) == 0


async def test_a_file_above_the_limit_is_refused(client: httpx.AsyncClient, db: Database) -> None:
    for size in (5_000_001, 6_000_000):
        answer = await client.post("/api/resumes", files={"file": b"x" * size})
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (413, "body-too-large")
    assert (await client.post("/api/resumes", files={"file": b"x " * 2_500_000})).status_code == 422
    assert await count(db) == 0


async def test_the_same_key_stores_a_file_once_whatever_the_boundary(client: httpx.AsyncClient, db: Database) -> None:
    headers = {"Idempotency-Key": "once"}
    file = {"file": ("cv.txt", PLAIN.encode())}
    first, again = [await client.post("/api/resumes", files=file, headers=headers) for _ in range(2)]
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    for other in ({"file": ("cv.md", PLAIN.encode())}, {"file": ("cv.txt", b"x" + PLAIN.encode())}):
        refused = await client.post("/api/resumes", files=other, headers=headers)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "idempotency-mismatch")
    assert await count(db) == 1


async def test_a_user_has_so_many_and_no_more(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "RESUMES_MAX", 2)
    made = [(await client.post("/api/resumes", json=ada())).json() for _ in range(2)]
    refused = await client.post("/api/resumes", json=ada())
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "too-many-resumes")
    assert "delete one" in refused.json()["detail"]
    assert (await client.post("/api/resumes", json=ada(), headers=bearer(BOB))).status_code == 201
    await client.delete(f"/api/resumes/{made[0]['id']}")
    assert (await client.post("/api/resumes", json=ada())).status_code == 201
