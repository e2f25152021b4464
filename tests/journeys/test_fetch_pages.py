"""Pages asked for: those that may not be, those that many ask for at once, and those that are known already."""

from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest
from anyio.abc import ByteStream

from tests.fakes.page_server import answer, page_server, redirect
from tests.journeys.process import Service
from tests.journeys.slow_page import PAGE

pytestmark = pytest.mark.anyio

GENERATE = "/api/emails/generate"
CONTEXT = "/api/job-context"
ROBOTS = b"User-agent: *\nDisallow: /private/\n"
# Where a redirect may not lead, even where private addresses are allowed.
ELSEWHERE = {
    "/to-a-file": "file:///etc/passwd",
    "/to-ftp": "ftp://127.0.0.1/jobs/1",
    "/to-data": "data:text/html,<p>Engineer",
    "/to-a-user": "http://root:secret@127.0.0.1/jobs/1",
}


async def test_what_robots_txt_forbids_is_not_asked_for(standing: Service) -> None:
    user = await standing.somebody()
    pages = {
        "/robots.txt": answer(ROBOTS, media_type="text/plain"),
        "/private/1": answer(PAGE),
        "/jobs/1": answer(PAGE),
    }
    pages |= {"/jobs/2": redirect("/private/1")}
    async with page_server(pages) as server, standing.client(user) as client:
        for path in ("/private/1", "/jobs/2"):
            written = await client.post(GENERATE, json={"job_url": server.url(path), "recruiter": {"name": "Ada Park"}})
            assert written.status_code == 201, written.text
            assert [gone["branch"] for gone in written.json()["missing"]] == ["job_context"]
            assert "robots.txt" in written.json()["missing"][0]["reason"], written.json()["missing"]
        read = await client.get(CONTEXT, params={"url": server.url("/private/1")})
        assert (read.status_code, read.json()["type"].rpartition("/")[2]) == (422, "unfetchable-url")
        allowed = await client.get(CONTEXT, params={"url": server.url("/jobs/1")})
        assert (allowed.status_code, allowed.json()["title"]) == (200, "Backend Engineer")
        assert "/private/1" not in server.paths
        assert server.paths.count("/robots.txt") == 1
        await server.quiet()
    await standing.is_in_order()


async def test_a_redirect_leads_nowhere_that_is_forbidden(standing: Service) -> None:
    user = await standing.somebody()
    pages = {path: redirect(location) for path, location in ELSEWHERE.items()}
    async with page_server(pages) as server, standing.client(user) as client:
        for path in ELSEWHERE:
            written = await client.post(GENERATE, json={"job_url": server.url(path), "recruiter": {"name": "Ada Park"}})
            assert written.status_code == 201, (path, written.text)
            email = written.json()
            assert [gone["branch"] for gone in email["missing"]] == ["job_context"], path
            assert 10 < len(email["missing"][0]["reason"]) < 300
            assert "secret" not in email["missing"][0]["reason"]
            read = await client.get(CONTEXT, params={"url": server.url(path)})
            assert (read.status_code, read.json()["type"].rpartition("/")[2]) == (422, "unfetchable-url"), path
        assert {path for path in server.paths if path != "/robots.txt"} == set(ELSEWHERE)
    await standing.is_in_order()


async def test_two_callers_of_one_slow_page_are_one_fetch(standing: Service) -> None:
    users = [await standing.somebody() for _ in range(4)]
    may_answer, asked, answers = anyio.Event(), anyio.Event(), list[httpx.Response]()

    def slow(then: Callable[[ByteStream], Awaitable[None]]) -> Callable[[ByteStream], Awaitable[None]]:
        async def behave(stream: ByteStream) -> None:
            asked.set()
            await may_answer.wait()
            await then(stream)

        return behave

    async with page_server({"/jobs/1": slow(answer(PAGE))}) as server:

        async def generate(user: str) -> None:
            async with standing.client(user) as client:
                body = {"job_url": server.url("/jobs/1"), "recruiter": {"name": "Ada Park"}}
                answers.append(await client.post(GENERATE, json=body))

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                group.start_soon(generate, users[0])
                await asked.wait()
                # One who comes and leaves takes nothing from the others.
                with anyio.move_on_after(0.1):
                    await generate(users[1])
                for user in users[2:]:
                    group.start_soon(generate, user)
                await anyio.sleep(0.15)  # until they wait, too; who comes later finds it stored
                may_answer.set()
        assert server.paths.count("/jobs/1") == 1
        await server.quiet()
    assert [each.status_code for each in answers] == [201] * 3
    assert [each.json()["job_context"]["title"] for each in answers] == ["Backend Engineer"] * 3
    await standing.until_nothing_is_held(users[1])
    assert await standing.emails(users[1]) == []
    await standing.is_in_order()


async def test_a_page_that_is_known_is_not_fetched_again_but_on_demand(standing: Service) -> None:
    user, other = await standing.somebody(), await standing.somebody()
    async with page_server({"/jobs/1": answer(PAGE)}) as server, standing.client(user) as client:
        url = server.url("/jobs/1")
        first = (await client.get(CONTEXT, params={"url": url})).json()
        async with standing.client(other) as another:
            second = (await another.get(CONTEXT, params={"url": url + "#apply", "text": "true"})).json()
        assert (first["cached"], second["cached"]) == (False, True)
        assert {**second, "cached": False, "text": None} == {**first, "text": None}
        for fact in second["facts"]:
            if fact["value"] and fact["start"] is not None:
                assert fact["value"] in second["text"][fact["start"] : fact["end"]], fact
        assert server.paths.count("/jobs/1") == 1
        body = {"job_url": url, "recruiter": {"name": "Ada Park"}}
        assert (await client.post(GENERATE, json=body)).json()["job_context"]["cached"] is True
        assert server.paths.count("/jobs/1") == 1
        again = (await client.post(CONTEXT, json={"url": url})).json()
        assert (again["cached"], again["title"]) == (False, "Backend Engineer")
        assert server.paths.count("/jobs/1") == 2
