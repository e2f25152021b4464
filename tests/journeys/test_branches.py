"""Each source failing or hanging alone: the e-mail is written, and `missing` says which and why."""

from uuid import uuid4

import pytest

from tests.fakes.page_server import (
    answer,
    encoded,
    endlessly,
    gzipped,
    head_then,
    page_server,
    raw,
    redirect,
    silence,
    status,
    trickle,
)
from tests.journeys.conftest import BRANCH_SECONDS
from tests.journeys.process import Service

pytestmark = pytest.mark.anyio

# Three times what is read of a page.
BOMB = gzipped(b"\0" * 15_000_000)
PAGES = {
    "/hangs": silence,
    "/hangs-in-the-head": raw(b"HTTP/1.1 200 OK\r\nContent-", then=silence),
    "/hangs-in-the-body": head_then(silence),
    "/trickles": head_then(trickle),
    "/never-ends": head_then(endlessly),
    "/garbage": raw(b"\x16\x03\x01 this is no HTTP \xff\r\n\r\n"),
    "/closes": raw(b""),
    "/bomb": encoded(BOMB, "gzip"),
    "/double-bomb": encoded(gzipped(BOMB), "gzip, gzip"),
    "/broken-gzip": encoded(b"\x1f\x8b\x08\x00 no", "gzip"),
    "/picture": answer(b"\x89PNG\r\n\x1a\n", media_type="image/png"),
    "/empty": answer(b""),
    "/shell": answer(b"<html><body><div id=root></div><script src=app.js></script></body></html>"),
    "/error": status(500),
    "/gone": status(404),
    "/loop": redirect("/loop"),
    "/to-a-file": redirect("file:///etc/passwd"),
}


async def test_a_page_that_fails_is_missing_and_nothing_more(standing: Service) -> None:
    user = await standing.somebody()
    async with page_server(PAGES) as pages, standing.client(user) as client:
        # Nobody listens there: the port was this server's neighbour's, or nobody's.
        addresses = {path: pages.url(path) for path in PAGES} | {"/refused": "http://127.0.0.1:9/jobs/1"}
        reasons: dict[str, str] = {}
        for path, url in addresses.items():
            written = await client.post(
                "/api/emails/generate", json={"job_url": url, "recruiter": {"name": "Ada Park"}}
            )
            assert written.status_code == 201, (path, written.text)
            email = written.json()
            assert email["job_context"] is None, path
            assert [gone["branch"] for gone in email["missing"]] == ["job_context"], path
            reasons[path] = email["missing"][0]["reason"]
            await pages.quiet()
            await standing.is_at_rest()
    for path in ("/hangs", "/hangs-in-the-body", "/trickles"):
        assert reasons[path] == f"timed out after {BRANCH_SECONDS} s"
    for path, reason in reasons.items():
        assert 10 < len(reason) < 300, (path, reason)
        assert "unexpected" not in reason, (path, reason)
        assert "bytearray" not in reason, (path, reason)
    await standing.is_in_order()


async def test_a_resume_that_is_not_there_is_refused(standing: Service) -> None:
    user = await standing.somebody()
    async with standing.client(user) as client:
        asked = {"resume_id": str(uuid4()), "job_text": "Engineer at Acme", "recruiter": {"name": "Ada Park"}}
        written = await client.post("/api/emails/generate", json=asked)
    assert written.status_code == 404, written.text
    assert "no résumé" in written.json()["detail"]
    assert await standing.balance(user) == {"balance": 1000, "reserved": 0, "available": 1000}


async def test_both_sources_failing_leave_a_letter(standing: Service) -> None:
    user = await standing.somebody()
    async with page_server(PAGES) as pages, standing.client(user) as client:
        asked = {"github": "fault-error", "job_url": pages.url("/hangs"), "recruiter": {"company": "Acme"}}
        written = await client.post("/api/emails/generate", json=asked)
    assert written.status_code == 201, written.text
    assert {gone["branch"] for gone in written.json()["missing"]} == {"job_context", "github"}
