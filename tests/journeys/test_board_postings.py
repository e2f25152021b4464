"""Postings of job boards, by the boards' own public APIs, in a letter and alone."""

import pytest

from tests.fakes.board_apis import URLS
from tests.journeys.process import Service

pytestmark = pytest.mark.anyio

GENERATE = "/api/emails/generate"
CONTEXT = "/api/job-context"


async def test_a_letter_to_an_employer_on_a_board(standing: Service) -> None:
    user = await standing.somebody()
    async with standing.client(user) as client:
        asked = {"job_url": URLS["recruitee"], "recruiter": {"name": "Ada Park"}}
        written = await client.post(GENERATE, json=asked)
        assert written.status_code == 201, written.text
        email = written.json()
        assert (email["missing"], email["job_context"]["extracted_by"]) == ([], "board-api")
        assert email["job_context"]["company"] == "Fietspont B.V."
        assert "Data Analyst Mobility" in email["subject"] + email["body"]
        known = await client.get(CONTEXT, params={"url": URLS["recruitee"]})
        assert (known.status_code, known.json()["cached"]) == (200, True)
    await standing.is_in_order()


async def test_every_board_is_asked_at_its_path(standing: Service) -> None:
    user = await standing.somebody()
    async with standing.client(user) as client:
        for board, url in URLS.items():
            read = await client.post(CONTEXT, json={"url": url})
            assert (read.status_code, read.json()["extracted_by"]) == (200, "board-api"), (board, read.text)
    await standing.is_in_order()
