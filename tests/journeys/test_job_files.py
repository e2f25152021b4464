"""Files of jobs, to a service that runs and from it: with bad lines among them, twice, and by a client that leaves."""

from collections.abc import AsyncIterator

import anyio
import httpx
import pytest

from tests.benchmarks.imports import HEADER, file, is_bad
from tests.journeys.process import Service

pytestmark = pytest.mark.anyio

LINES = 2_300
BAD = [number for number in range(LINES) if is_bad(number)]
GOOD = LINES - len(BAD)
BATCH = 500
WITHIN_SECONDS = 60


async def import_file(
    client: httpx.AsyncClient, body: AsyncIterator[bytes] | bytes, kind: str = "text/csv"
) -> httpx.Response:
    return await client.post("/api/jobs/import", content=body, headers={"Content-Type": kind})


async def test_out_of_one_tenant_and_into_another(standing: Service) -> None:
    ada, bob = await standing.somebody(), await standing.somebody()
    before = await standing.footprint()
    async with standing.client(ada) as hers, standing.client(bob) as his:
        report = (await import_file(hers, file(LINES))).json()
        assert (report["imported"], report["skipped"], report["failed"]) == (GOOD, 0, len(BAD))
        # Behind the header, and counted from 1.
        assert [error["line"] for error in report["errors"]] == [number + 2 for number in BAD]
        again = (await import_file(hers, file(LINES))).json()
        assert (again["imported"], again["skipped"]) == (0, GOOD)
        for kind, media_type in (("csv", "text/csv"), ("jsonl", "application/x-ndjson")):
            taken = await hers.get("/api/jobs/export", params={"format": kind})
            there = (await import_file(his, taken.content, media_type)).json()
            assert (there["imported"] + there["skipped"], there["failed"]) == (GOOD, 0)
        assert there["skipped"] == GOOD
        mine, theirs = [(await client.get("/api/jobs/export?format=csv")).text for client in (hers, his)]
        # All but the number and the times they were given.
        assert [line.split(",", 1)[1].rsplit(",", 3)[0] for line in mine.splitlines()] == [
            line.split(",", 1)[1].rsplit(",", 3)[0] for line in theirs.splitlines()
        ]
    await standing.is_in_order(since=before)


async def test_what_a_client_sent_that_left_stays_and_its_second_try_does_the_rest(standing: Service) -> None:
    user = await standing.somebody()
    before = await standing.footprint()
    async with standing.client(user) as client:
        left = anyio.Event()

        async def until_it_leaves() -> AsyncIterator[bytes]:
            yield HEADER.encode() + b"".join([piece async for piece in file(BATCH * 2 + 100)][1:])
            left.set()
            await anyio.sleep_forever()

        async def count() -> int:
            return (await client.get("/api/jobs")).json()["total"]

        async with anyio.create_task_group() as group, standing.client(user) as leaving:
            group.start_soon(import_file, leaving, until_it_leaves())
            with anyio.fail_after(WITHIN_SECONDS):
                await left.wait()
                while await count() < BATCH:
                    await anyio.sleep(0.02)
            group.cancel_scope.cancel()
        await standing.is_at_rest(since=before)
        stored = await count()
        assert stored % BATCH == 0
        report = (await import_file(client, file(LINES))).json()
        assert (report["imported"], report["skipped"]) == (GOOD - stored, stored)
    await standing.is_in_order(since=before)
