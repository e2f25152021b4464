"""What no well-meaning caller sends, over HTTP: every refusal is a problem document, and nothing stays behind."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from tests.journeys.problems import assert_problem, slug_of
from tests.journeys.process import Service

pytestmark = pytest.mark.anyio

RECRUITER = {"name": "Ada Park"}
RESUME = {"basics": {"name": "Grace Example"}, "skills": [{"name": "Backend", "keywords": ["Python"]}]}
MALFORMED, INVALID = (400, "malformed-json"), (422, "invalid-request")

# What JSON bodies are posted to, each with a body that is accepted there.
TAKES_JSON: dict[str, dict[str, Any]] = {
    "/api/emails/generate": {"recruiter": RECRUITER, "job_text": "Engineer at Acme"},
    "/api/resumes": RESUME,
    "/api/job-context": {"text": "Engineer at Acme"},
}
NOT_JSON: dict[str, tuple[bytes, tuple[int, str]]] = {
    "5000 nested arrays": (b"[" * 5_000 + b"]" * 5_000, MALFORMED),
    "5000 nested objects in a field": (b'{"basics": ' + b'{"x":' * 5_000 + b"1" + b"}" * 5_001, MALFORMED),
    "100 nested arrays in a field": (b'{"basics": ' + b"[" * 100 + b"]" * 100 + b"}", MALFORMED),
    "200000 open arrays": (b"[" * 200_000, MALFORMED),
    "NaN": (b'{"text": NaN}', MALFORMED),
    "Infinity": (b'{"text": -Infinity}', MALFORMED),
    "a number beyond floats": (b'{"text": 1e999}', INVALID),
    "5000 digits": (b'{"text": ' + b"9" * 5_000 + b"}", INVALID),
    "5000 digits, negative": (b'{"text": -' + b"9" * 5_000 + b"}", INVALID),
    "a lone surrogate, escaped": (b'{"text": "\\ud800"}', MALFORMED),
    "a lone surrogate, in bytes": (b'{"text": "\xed\xa0\x80"}', MALFORMED),
    "a lone surrogate in a name": (b'{"\\udfff": 1}', MALFORMED),
    "a raw NUL": (b'{"text": "a\x00b"}', MALFORMED),
    "an escaped NUL": (b'{"text": "a\\u0000b"}', INVALID),
    "an escaped NUL in a name": (b'{"a\\u0000b": 1}', INVALID),
    "a name twice": (b'{"text": "a", "text": "b"}', MALFORMED),
    "a name twice, escaped the second time": (b'{"text": "a", "\\u0074ext": "b"}', MALFORMED),
    "UTF-16": ('{"text": "a"}'.encode("utf-16"), MALFORMED),
    "Latin-1": ('{"text": "é"}'.encode("latin-1"), MALFORMED),
    "a byte order mark": (b'\xef\xbb\xbf{"text": "a"}', MALFORMED),
    "single quotes": (b"{'text': 'a'}", MALFORMED),
    "a trailing comma": (b'{"text": "a",}', MALFORMED),
    "two documents": (b'{"text": "a"}{"text": "b"}', MALFORMED),
    "a comment": (b'{"text": "a"} // so', MALFORMED),
    "nothing": (b"", MALFORMED),
    "white space": (b" \n\t ", MALFORMED),
    "null": (b"null", INVALID),
    "an array": (b"[]", INVALID),
    "a text": (b'"text"', INVALID),
    "over a megabyte": (b'{"text": "' + b"a" * 1_000_000 + b'"}', (413, "body-too-large")),
}
LISTS = ("/api/emails", "/api/resumes", "/api/credits/transactions")
BAD_LISTS = (
    *("limit=1000000000", "limit=0", "limit=-1", "limit=101", "limit=abc", "limit=1.5", "limit=", "limit=1e3"),
    *("limit=9" + "9" * 400, "page=0", "page=-1", "page=1000000000", "page=10001&limit=100", "page=1%202"),
    *("cursor=forged", "cursor=%27%3B--", "cursor=" + "A" * 1_001, "page=1&cursor=AAAA", "cursor=e30"),
    *("unknown=1", "limit=1&limit=2", "orderBy=name;drop", "limit=%00", "search=%00", "status=nonsense&type=nonsense"),
)
NOT_ONE_LINE = {
    "CRLF": "Hi\r\nBcc: eve@example.com",
    "LF": "Hi\nBcc: eve@example.com",
    "CR": "Hi\rBcc: eve@example.com",
    "line separator": "Hi\u2028Bcc: eve@example.com",
    "paragraph separator": "Hi\u2029Bcc: eve@example.com",
    "next line": "Hi\x85Bcc: eve@example.com",
    "vertical tab": "Hi\x0bBcc: eve@example.com",
    "encoded word, Q": "=?utf-8?q?Hi=0D=0ABcc:_eve@example.com?=",
    "encoded word, B": "=?utf-8?B?SGkNCkJjYzogZXZl?=",
    "encoded word, within": "Hello =?iso-8859-1?q?=0A?= there",
    "NUL": "Hi\0there",
}
NOT_ONE_ADDRESS = (
    "ada@example.com, eve@example.com",
    "ada@example.com;eve@example.com",
    "ada@example.com eve@example.com",
    "Ada <ada@example.com>",
    "<ada@example.com>",
    "ada@example.com\r\nBcc: eve@example.com",
    "ada@example.com\0",
    "ada@exa\u2028mple.com",
    "=?utf-8?q?ada=40example.com?=",
    "ada",
    "@example.com",
    "ada@",
    "ada@" + "a" * 250 + ".com",
)


@pytest.fixture
async def client(standing: Service) -> AsyncGenerator[httpx.AsyncClient]:
    async with standing.client(await standing.somebody()) as client:
        yield client


@pytest.mark.parametrize("path", TAKES_JSON)
async def test_what_is_no_json_is_refused(client: httpx.AsyncClient, path: str) -> None:
    found: dict[str, tuple[int, str]] = {}
    for name, (content, (status, slug)) in NOT_JSON.items():
        answer = await client.post(path, content=content, headers={"Content-Type": "application/json"})
        found[name] = (answer.status_code, slug_of(answer) if answer.is_error else "")
        if found[name] == (status, slug):
            assert_problem(answer, status, slug)
    assert found == {name: expected for name, (_, expected) in NOT_JSON.items()}


@pytest.mark.parametrize("path", TAKES_JSON)
async def test_another_content_type_is_refused(client: httpx.AsyncClient, path: str) -> None:
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=x",
        "application",
        "x",
    ):
        answer = await client.post(path, content=json.dumps(TAKES_JSON[path]), headers={"Content-Type": kind})
        assert_problem(answer, 415, "unsupported-media-type")


async def test_unknown_fields_and_wrong_values_are_named(client: httpx.AsyncClient) -> None:
    good = TAKES_JSON["/api/emails/generate"]
    wrong: dict[str, Any] = {
        "/surprise": {"surprise": 1},
        "/recruiter/surprise": {"recruiter": {**RECRUITER, "surprise": 1}},
        "/recruiter": {"recruiter": {"title": "Lead"}},
        "/max_words": {"max_words": -1},
        "/job_url": {"job_url": "a\0b", "job_text": None},
        "/tone": {"tone": "rude"},
        "/language": {"language": "../../etc"},
        "/resume_id": {"resume_id": "1 OR 1=1"},
        "/resume/work": {"resume": {"work": "a lot"}},
        "/instructions": {"instructions": "x" * 2_001},
    }
    for pointer, difference in wrong.items():
        answer = await client.post("/api/emails/generate", json={**good, **difference})
        assert_problem(answer, 422, "invalid-request")
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer], answer.text
    for number in (-1, 0, 0.5, 39, 401, 2**63, -(2**63), 10**400, 1e308, "180", True, None, [180], {"max": 180}):
        answer = await client.post("/api/emails/generate", json={**good, "max_words": number})
        assert_problem(answer, 422, "invalid-request")


async def test_headers_of_ours_that_make_no_sense(client: httpx.AsyncClient) -> None:
    for patience in ("-1", "0", "nan", "inf", "-inf", "1e999", "abc", "", "1,2", "1 2", "0x10", "9" * 1_000):
        answer = await client.get("/api/users/me", headers={"X-Request-Timeout": patience})
        assert_problem(answer, 422, "invalid-request")
    in_utf8 = {b"X-Request-Timeout": "٣".encode()}
    assert_problem(await client.get("/api/users/me", headers=in_utf8), 422, "invalid-request")

    for key in (b"", b"k" * 256, "ключ".encode(), b"a\tb"):
        answer = await client.post("/api/resumes", json=RESUME, headers={b"Idempotency-Key": key})
        assert_problem(answer, 422, "invalid-request")
    assert (await client.post("/api/resumes", json=RESUME, headers={"Idempotency-Key": "k" * 255})).status_code == 201

    for given in (b"a" * 129, b"a b", b"a\tb", b"\xff\xfe", b'"><script>', "ид".encode(), b""):
        answer = await client.get("/api/users/me", headers={b"X-Request-ID": given})
        assert answer.status_code == 200
        assert answer.headers["x-request-id"].isalnum()
    sane = "a" * 128
    assert (await client.get("/api/users/me", headers={"X-Request-ID": sane})).headers["x-request-id"] == sane

    for trace in ("00-" + "0" * 32 + "-" + "0" * 16 + "-01", "ff-x", "", "00-" + "A" * 1_000):
        assert (await client.get("/api/users/me", headers={"traceparent": trace})).status_code == 200


@pytest.mark.parametrize("path", LISTS)
async def test_lists_refuse_what_they_cannot_mean(client: httpx.AsyncClient, path: str) -> None:
    for query in BAD_LISTS:
        assert_problem(await client.get(f"{path}?{query}"), 422, "invalid-request")
    for query in ("limit=%ff", "%c3%28=1", "&".join(f"a{number}=1" for number in range(60))):
        assert_problem(await client.get(f"{path}?{query}"), 400, "malformed-request")
    deepest = await client.get(f"{path}?page=101&limit=100")
    assert (deepest.status_code, deepest.json()["items"]) == (200, [])


async def test_a_cursor_is_good_for_its_own_list_only(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        assert (await client.post("/api/resumes", json=RESUME)).status_code == 201
    cursor = (await client.get("/api/resumes?limit=1")).json()["next_cursor"]
    assert (await client.get("/api/resumes", params={"cursor": cursor})).status_code == 200
    altered = cursor[:20] + ("A" if cursor[20] != "A" else "B") + cursor[21:]
    for path, forged in (("/api/emails", cursor), ("/api/resumes", altered), ("/api/resumes", cursor[:-4])):
        answer = await client.get(path, params={"cursor": forged})
        assert_problem(answer, 422, "invalid-request")


async def test_searches_are_literal(client: httpx.AsyncClient) -> None:
    for subject in ("100% of it", "snake_case", "back\\slash", "it's", "plain"):
        email = await _draft(client)
        assert (await client.patch(f"/api/emails/{email}", json={"subject": subject})).status_code == 200

    async def found(search: str) -> list[str]:
        answer = await client.get("/api/emails", params={"search": search})
        assert answer.status_code == 200, answer.text
        return [each["subject"] for each in answer.json()["items"]]

    assert await found("100%") == ["100% of it"]
    assert await found("%") == ["100% of it"]
    assert await found("_") == ["snake_case"]
    assert await found("\\") == ["back\\slash"]
    assert await found("'") == ["it's"]
    assert await found("' OR 1=1 --") == []
    assert await found("PLAIN") == ["plain"]
    assert_problem(await client.get("/api/emails", params={"search": "a" * 10_000}), 422, "invalid-request")


async def test_nothing_gets_into_a_mail_header(client: httpx.AsyncClient) -> None:
    email = await _draft(client)
    before = (await client.get(f"/api/emails/{email}")).json()
    for text in NOT_ONE_LINE.values():
        places = [
            {"subject": text},
            *({"recruiter": {**RECRUITER, name: text}} for name in ("name", "title", "company")),
        ]
        for edit in places:
            assert_problem(await client.patch(f"/api/emails/{email}", json=edit), 422, "invalid-request")
        for edit in places[1:]:
            assert_problem(await client.post("/api/emails/generate", json=edit), 422, "invalid-request")
    for address in NOT_ONE_ADDRESS:
        edit = {"recruiter": {**RECRUITER, "email": address}}
        assert_problem(await client.patch(f"/api/emails/{email}", json=edit), 422, "invalid-request")
        assert_problem(await client.post("/api/emails/generate", json=edit), 422, "invalid-request")
    for edit in (
        {"subject": ""},
        {"subject": "  "},
        {"subject": "x" * 201},
        {"body": "a\0b"},
        {"body": ""},
        {"body": None},
    ):
        assert_problem(await client.patch(f"/api/emails/{email}", json=edit), 422, "invalid-request")
    assert (await client.get(f"/api/emails/{email}")).json() == before


async def test_who_says_another_name_than_the_token_is_not_stored(standing: Service) -> None:
    async with standing.client("nobody-yet") as client:
        for path in ("/api/users/me", "/api/emails", "/api/credits/balance"):
            assert_problem(await client.get(path), 403, "unknown-user")
        for wrong in ({"user_id": "nobody", "email": "nobody-yet@example.com"},):
            answer = await client.post("/api/users/store", json=wrong)
            assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
        for address in NOT_ONE_ADDRESS:
            answer = await client.post("/api/users/store", json={"user_id": "nobody-yet", "email": address})
            assert answer.status_code in {403, 422}
        assert_problem(await client.get("/api/users/me"), 403, "unknown-user")


async def test_after_all_of_it_everything_is_in_order(standing: Service) -> None:
    await standing.is_in_order()


async def _draft(client: httpx.AsyncClient) -> str:
    written = await client.post("/api/emails/generate", json={"recruiter": RECRUITER})
    assert written.status_code == 201, written.text
    return written.json()["id"]
