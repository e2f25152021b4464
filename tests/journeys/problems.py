"""The one form every refusal has (RFC 9457)."""

import re

import httpx

# What our insides look like when they show.
_INSIDES = re.compile(r"Traceback|File \"|SELECT |INSERT |sqlalchemy|asyncpg|postgres(ql)?://|msgspec\.|0x[0-9a-f]{8}")


def slug_of(answer: httpx.Response) -> str:
    return answer.json()["type"].rpartition("/")[2]


def assert_problem(answer: httpx.Response, status: int, slug: str) -> None:
    """`answer` is exactly this problem, in the form that the contract gives it."""
    shown = answer.text[:500]
    assert answer.status_code == status, shown
    assert answer.headers["content-type"] == "application/problem+json", shown
    document = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request_id", "errors"} <= set(document), shown
    assert slug_of(answer) == slug, shown
    assert document["status"] == status
    assert all(isinstance(document[name], str) and document[name] for name in ("type", "title", "detail")), shown
    assert document["instance"] == answer.request.url.raw_path.decode("ascii").partition("?")[0]
    assert document["request_id"] == answer.headers["x-request-id"]
    assert all(set(each) == {"pointer", "detail"} for each in document["errors"]), shown
    assert all(each["pointer"] == "" or each["pointer"].startswith("/") for each in document["errors"]), shown
    assert not _INSIDES.search(answer.text), shown
    assert ("www-authenticate" in answer.headers) == (status == 401)
