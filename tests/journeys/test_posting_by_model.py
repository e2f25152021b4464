"""A posting in prose, read through the served process: its gaps by the model, once, and written down."""

import anyio
import pytest

from tests.fakes.model_talk import Manner
from tests.fakes.page_server import answer, page_server
from tests.journeys.conftest import Writing
from tests.journeys.directed_model import directed_model
from tests.postings.prose import ASSET, COMPANY, DUTY, PAGE

pytestmark = pytest.mark.anyio

PATH = "/api/job-context"


async def test_the_gaps_of_a_posting_are_filled_once_and_cited(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    async with (
        page_server({"/jobs/prose": answer(PAGE.encode())}) as pages,
        directed_model(writing.model_port) as model,
        service.client(user) as client,
    ):
        url = pages.url("/jobs/prose")
        first = (await client.get(PATH, params={"url": url, "text": "true"})).json()
        assert (first["company"], first["location"], first["cached"]) == (COMPANY, "Port Ellary", False)
        assert (first["requirements"], first["responsibilities"][0].endswith(DUTY)) == ([ASSET], True)
        by_model = [fact for fact in first["facts"] if fact["read_by"] == "llm" and fact["field"] != "is_open"]
        assert {fact["field"] for fact in by_model} > {"company", "location", "requirements/0", "responsibilities/0"}
        for fact in by_model:
            quoted = first["text"][fact["start"] : fact["end"]]
            assert fact["value"] == quoted or fact["field"] == "valid_through"
        again = (await client.get(PATH, params={"url": url})).json()
        assert (again["company"], again["cached"], len(model.server.requests)) == (COMPANY, True, 1)
    assert [(row["outcome"], row["model"]) for row in await service.usage(user)] == [("succeeded", "first")]
    await service.is_in_order()


async def test_who_leaves_takes_the_model_along(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    async with (
        directed_model(writing.model_port, Manner(latency_seconds=60)) as model,
        service.client(user) as client,
    ):
        async with anyio.create_task_group() as leaving:
            leaving.start_soon(lambda: client.post(PATH, json={"html": PAGE}))
            await model.server.until(lambda: len(model.server.requests) == 1)
            leaving.cancel_scope.cancel()
        await model.server.until(lambda: model.server.requests[0].ended == "left")
        with anyio.fail_after(30):
            while not await service.usage(user):
                await anyio.sleep(0.02)
    assert [row["outcome"] for row in await service.usage(user)] == ["cancelled"]
    await service.is_in_order()
