from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest

from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.adapters.page_parser.scripted import ScriptedPageParser
from service.kernel.clock import FixedClock
from service.kernel.concurrency import Admission
from service.kernel.database import Database
from service.postings.operations import PostingReader
from service.postings.routes import routes
from service.postings.single_flight import SingleFlight
from tests.postings.pages import NOW
from tests.web.application import Parts, everybody

pytestmark = pytest.mark.anyio

PATH = "/api/job-context"
URL = "https://jobs.example.com/42"
PAGE = "<h1>Baker</h1><p>Company: Crumb &amp; Sons</p><p>Location: Ghent, Belgium</p>"


@asynccontextmanager
async def client(db: Database, admission: Admission | None = None) -> AsyncGenerator[httpx.AsyncClient]:
    async with anyio.create_task_group() as root:
        reader = PostingReader(
            db=db,
            fetcher=ScriptedPageFetcher({URL: html_page(URL, PAGE)}),
            parser=ScriptedPageParser(),
            clock=FixedClock(NOW),
            single_flight=SingleFlight(start=root.start_soon),
            ttl_seconds=86_400,
        )
        endpoints = routes(reader=reader)
        parts = Parts(db=db, is_stored=everybody, admission=admission or Admission(running=50, waiting=50))
        async with parts.client(*endpoints) as http:
            yield http


async def test_a_url_is_read_and_its_text_is_given_where_asked(db: Database) -> None:
    async with client(db) as http:
        first = await http.get(PATH, params={"url": URL})
        assert first.status_code == 200, first.text
        context = first.json()
        assert (context["title"], context["company"], context["cached"]) == ("Baker", "Crumb & Sons", False)
        assert context["salary"] is None
        assert context["fetched_at"] == "2026-11-22T06:00:00Z"
        assert "text" not in context
        again = (await http.get(PATH, params={"url": URL, "text": "true"})).json()
        assert again["cached"] is True
        for fact in again["facts"]:
            assert again["text"][fact["start"] : fact["end"]] == fact["value"]


async def test_a_page_or_a_text_that_is_sent_is_read(db: Database) -> None:
    async with client(db) as http:
        of_url = await http.post(PATH, json={"url": URL})
        of_html = await http.post(PATH, json={"html": PAGE, "url": URL})
        of_text = await http.post(PATH, json={"text": "Baker\nGhent, Belgium"})
        assert [answer.status_code for answer in (of_url, of_html, of_text)] == [200, 200, 200]
        assert [answer.json()["extracted_by"] for answer in (of_url, of_html, of_text)] == ["html", "html", "text"]
        assert {answer.json()["location"] for answer in (of_url, of_html, of_text)} == {"Ghent, Belgium"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "a", "url": URL},
        {"text": "a", "html": "b"},
        {"url": ""},
        {"url": "https://a b"},
        {"html": "b", "url": "javascript:1"},
        {"html": "b", "url": "//jobs.example.com/1"},
        {"text": ""},
        {"text": 1},
        {"other": "a"},
        {"text": "a" * 100_001},
        {"url": "https://example.com/" + "a" * 2_000},
    ],
)
async def test_anything_but_one_source_is_refused(db: Database, body: dict[str, Any]) -> None:
    async with client(db) as http:
        answer = await http.post(PATH, json=body)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "invalid-request")


async def test_reading_takes_a_place_among_the_work_in_flight(db: Database) -> None:
    admission = Admission(running=1, waiting=0)
    async with client(db, admission) as http:
        async with admission.admit():
            answers = [await http.get(PATH, params={"url": URL}), await http.post(PATH, json={"text": "Baker"})]
        assert [answer.status_code for answer in answers] == [503, 503]
        assert (await http.get(PATH, params={"url": URL})).status_code == 200


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "http://127.0.0.1/", "https://jobs.example.com/gone", "nonsense"]
)
async def test_what_cannot_be_fetched_says_so(db: Database, url: str) -> None:
    async with client(db) as http:
        answer = await http.get(PATH, params={"url": url})
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "unfetchable-url")
