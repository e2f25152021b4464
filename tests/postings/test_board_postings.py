"""Postings of boards over HTTP on both sides: our own routes, and boards that answer at their APIs' paths."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from service.adapters.cache.in_process import InProcessCache
from service.adapters.job_boards.http import HttpJobBoards
from service.adapters.job_boards.scripted import ScriptedJobBoards
from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.adapters.page_parser.scripted import ScriptedPageParser
from service.kernel.clock import FixedClock
from service.kernel.database import Database
from service.postings.model import Refreshed
from service.postings.operations import PostingReader
from service.postings.routes import routes
from service.postings.single_flight import SingleFlight
from service.postings.store import find_posting
from service.settings import load_settings
from tests.fakes.board_apis import (
    ASHBY,
    LEVER,
    URLS,
    Answers,
    BoardApis,
    board_apis,
    our_answers,
    real_answers,
    real_urls,
)
from tests.postings.pages import NOW
from tests.samples import needs_samples
from tests.web.application import Parts, everybody

pytestmark = pytest.mark.anyio

PATH = "/api/job-context"
PAGE = "<h1>Baker</h1><p>Company: Nightloaf</p><h2>Requirements</h2><ul><li>Rises early</li></ul>"
HOSTILE = [
    b"",
    b"<html><title>Just a moment</title></html>",
    b'{"error": "no"}',
    b'{"a":' * 100_000,
    b"[" + b"1," * 1_000_000 + b"1]",
    b'{"id": "0c9b6a4e-33c5-4a0f-8d2f-5a6e0f3d9b21", "text": {"a": 1}}',
    b'{"id": "another", "text": "Baker"}',
    b" " * 6_000_000,
]


@asynccontextmanager
async def client(
    db: Database, answers: Answers, pages: dict[str, str] | None = None
) -> AsyncGenerator[tuple[httpx.AsyncClient, BoardApis]]:
    fetched = {url: html_page(url, page) for url, page in (pages or {}).items()}
    async with anyio.create_task_group() as root, board_apis(answers) as server:
        settings = load_settings(server.variables, directory=Path(__file__).parent)
        reader = PostingReader(
            db=db,
            fetcher=ScriptedPageFetcher(fetched),
            parser=ScriptedPageParser(),
            clock=FixedClock(NOW),
            single_flight=SingleFlight(start=root.start_soon),
            ttl_seconds=86_400,
            boards=HttpJobBoards(api_urls=settings.board_api_urls, cache=InProcessCache(), user_agent="Overture/test"),
        )
        endpoints = routes(reader=reader)
        async with Parts(db=db, is_stored=everybody).client(*endpoints) as http:
            yield http, server


def summary(context: dict[str, Any]) -> tuple[Any, ...]:
    """What tells postings apart at a glance; lists by their length."""
    names = ("company", "location", "remote", "employment_type", "is_open", "posted_at")
    lengths = (len(context["requirements"]), len(context["responsibilities"]))
    return (*(context[name] for name in names), *lengths)


# What a person reads in the eight postings of the samples.
_RECRUITER, _ANALYTICS, _CONSULTANTS = "HighlightTA", "Amplitude", "Idealist Consulting"
REAL: dict[str, tuple[Any, ...]] = {
    "Senior Technical Recruiter": (_RECRUITER, "Canada", True, "full-time", True, "2026-04-20T22:43:56Z", 10, 11),
    "Senior Site Reliability Engineer": (
        *(_RECRUITER, "Toronto, Ontario", False, "full-time", True),
        *("2026-07-08T19:48:19Z", 5, 6),
    ),
    "Customer Data Scientist - Experimentation": (
        *(_ANALYTICS, "London, UK", None, "Regular", True),
        *("2026-07-16T15:55:32Z", 11, 5),
    ),
    "Emerging Account Executive (India)": (
        *(_ANALYTICS, "Bangalore, India", None, "Regular", True),
        *("2026-07-27T06:52:26Z", 18, 9),
    ),
    "(1099 Contract) Nonprofit Salesforce Consultant: Enterprise Project Manager": (
        *(_CONSULTANTS, "Chicago, IL", True, "contract", True),
        *("2025-11-27T01:02:41.939000Z", 18, 12),
    ),
    "(1099 Contract) Salesforce for Nonprofits: Solution Architect": (
        *(_CONSULTANTS, "Washington, D.C.", True, "contract", True),
        *("2023-01-29T02:28:23.769000Z", 12, 15),
    ),
    # A search says no more than this.
    "Solution Architect / Senior Solution Architect - PubSec - SLED/NGO": (
        *(None, "Virginia - Washington DC Metro - Remote", True, None, True),
        *("2026-11-21T00:00:00Z", 0, 0),
    ),
    "Customer Success Manager - Global Public Sector (State, Local Government and Education)": (
        *(None, "Illinois - Chicago", None, None, True),
        *("2026-11-19T00:00:00Z", 0, 0),
    ),
}


@needs_samples
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "lists only"])
async def test_every_posting_of_the_real_boards(db: Database, alone: bool) -> None:
    read: dict[str, tuple[Any, ...]] = {}
    async with client(db, real_answers(alone=alone)) as (http, server):
        for url in real_urls():
            answer = await http.get(PATH, params={"url": url, "text": "true"})
            assert answer.status_code == 200, (url, answer.text)
            context = answer.json()
            assert (context["extracted_by"], context["url"], context["cached"]) == ("board-api", url, False)
            for fact in context["facts"]:
                assert context["text"][fact["start"] : fact["end"]]
            read[context["title"]] = summary(context)
            if context["salary"]:
                assert context["salary"]["currency"] == "CAD"
                assert (context["salary"]["min"], context["salary"]["max"]) == (10_280_000, 13_700_000)
        assert (await http.get(PATH, params={"url": real_urls()[0]})).json()["cached"] is True
    assert read == REAL
    whole = [asked for asked in server.asked if "job-board/HighlightTA" in asked]
    assert len(whole) == 1  # two postings of one board


async def test_every_board_at_its_path(db: Database) -> None:
    async with client(db, our_answers()) as (http, _):
        for board, url in URLS.items():
            answer = await http.post(PATH, json={"url": url})
            assert (answer.status_code, answer.json()["extracted_by"]) == (200, "board-api"), (board, answer.text)


async def test_leaving_while_the_board_is_asked_stores_nothing(db: Database) -> None:
    boards = ScriptedJobBoards(our_answers(), delay_seconds=60)
    async with anyio.create_task_group() as root:
        single_flight = SingleFlight[Refreshed](start=root.start_soon)
        reader = PostingReader(
            db=db,
            fetcher=ScriptedPageFetcher({}),
            parser=ScriptedPageParser(),
            clock=FixedClock(NOW),
            single_flight=single_flight,
            ttl_seconds=60,
            boards=boards,
        )
        with anyio.fail_after(30):
            async with anyio.create_task_group() as callers:
                callers.start_soon(reader.read_url, URLS["lever"])
                while not boards.asked:
                    await anyio.sleep(0.005)
                callers.cancel_scope.cancel()
        assert len(single_flight) == 0
    assert await db.read(find_posting, URLS["lever"], 60) is None


@pytest.mark.parametrize("answer", HOSTILE, ids=lambda answer: answer[:12].decode() + str(len(answer)))
async def test_a_hostile_answer_is_the_pages_turn_and_never_a_500(db: Database, answer: bytes) -> None:
    url = URLS["lever"]
    async with client(db, {LEVER: answer}) as (http, _):
        refused = await http.get(PATH, params={"url": url})
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "unfetchable-url")
    async with client(db, {LEVER: answer}, {url: PAGE}) as (http, _):
        read = await http.get(PATH, params={"url": url})
        assert (read.status_code, read.json()["extracted_by"], read.json()["title"]) == (200, "html", "Baker")


async def test_a_posting_is_read_again_when_it_changed_and_not_when_another_did(db: Database) -> None:
    answers = dict(our_answers())
    async with client(db, answers) as (http, _):
        first = (await http.post(PATH, json={"url": URLS["lever"]})).json()
        answers[LEVER] = answers[LEVER].replace(b"Night Shift", b"Day Shift")
        assert first["title"] == "Baker of the Night Shift"
        assert (await http.post(PATH, json={"url": URLS["lever"]})).json()["title"] == "Baker of the Day Shift"
        answers[ASHBY] = answers[ASHBY].replace(b"Night Watch", b"Day Watch")
        assert (await http.post(PATH, json={"url": URLS["ashby"]})).json()["title"] == "Cartographer"


async def test_a_posting_that_was_taken_off_its_board_is_closed(db: Database) -> None:
    """Its page is there still, as a shell that says so by a script, or whole where only the board forgot it."""
    url, answers, pages = (
        URLS["ashby"],
        dict(our_answers()),
        {URLS["ashby"]: "<title>Tidal Maps Jobs</title><p>Loading</p>"},
    )
    async with client(db, answers, pages) as (http, _):
        assert (await http.post(PATH, json={"url": url})).json()["is_open"] is True
        answers[ASHBY] = b'{"jobs": [], "apiVersion": "1"}'
    async with client(db, answers, pages) as (http, _):
        closed = (await http.post(PATH, json={"url": url})).json()
        assert (closed["title"], closed["is_open"]) == ("Cartographer", False)
        never_read = await http.post(PATH, json={"url": url.replace("9a10", "9a11")})
        assert (never_read.status_code, never_read.json()["type"].rpartition("/")[2]) == (422, "unfetchable-url")
    whole = {url: "<h1>Cartographer</h1><h2>Requirements</h2><ul><li>PostGIS</li></ul>"}
    async with client(db, answers, whole) as (http, _):
        read = (await http.post(PATH, json={"url": url})).json()
        assert (read["extracted_by"], read["requirements"], read["is_open"]) == ("html", ["PostGIS"], None)


async def test_a_list_and_the_page_together_say_more_than_each(db: Database) -> None:
    url = URLS["workday"]
    path = url.partition("/Careers")[2]
    listed = f'{{"jobPostings": [{{"title": "Grid Engineer", "externalPath": "{path}", "postedOn": "Posted Today"}}]}}'
    page = "<h1>Engineer</h1><p>Company: Stillwater</p><h2>Requirements</h2><ul><li>Ansible</li></ul>"
    async with client(db, {"/wday/cxs/stillwatergrid/Careers/jobs": listed.encode()}, {url: page}) as (http, _):
        context = (await http.get(PATH, params={"url": url})).json()
    assert (context["title"], context["company"], context["requirements"]) == (
        "Grid Engineer",
        "Stillwater",
        ["Ansible"],
    )
    assert {fact["field"]: fact["read_by"] for fact in context["facts"]}["requirements/0"] == "html"
    assert context["extracted_by"] == "board-api"
