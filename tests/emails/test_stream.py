"""Generating as an event stream, over a real server."""

import json
import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest

from service.accounts.operations import is_stored
from service.adapters.language_model.scripted import Line, ScriptedLanguageModel
from service.credits.model import Balance
from service.emails.brief import Writer
from service.emails.offline import compose
from service.emails.routes import routes
from service.kernel.concurrency import Shares
from service.kernel.database import Database
from tests.emails.models import AWAY, BODY, answer, scripted, streamed, with_sentence, writer
from tests.emails.stories import Left, assert_sound, give, left, world
from tests.emails.test_routes import FIELDS, REQUEST
from tests.http import serve
from tests.web.application import Parts, bearer
from tests.web.test_event_stream import read

pytestmark = pytest.mark.anyio

WITHIN_SECONDS = 60
PATH = "/api/emails/generate"
ACCEPT = {"accept": "text/event-stream"}
BRANCHES = [
    ("github", "skipped"),
    ("job_context", "started"),
    ("resume", "started"),
    ("job_context", "finished"),
    ("resume", "finished"),
    ("llm", "started"),
    ("llm", "finished"),
    ("store", "started"),
    ("store", "finished"),
]


@asynccontextmanager
async def served(db: Database, with_writer: Writer) -> AsyncGenerator[httpx.AsyncClient]:
    async with anyio.create_task_group() as root:
        house = world(db, root.start_soon)
        endpoints = routes(services=replace(house.services, share=Shares(each=10).take, writer=with_writer))
        app = Parts(db=db, is_stored=is_stored).app(*endpoints)
        async with serve(app) as url, httpx.AsyncClient(base_url=url, headers=bearer("ada"), timeout=30) as client:
            with anyio.fail_after(WITHIN_SECONDS):
                yield client
        root.cancel_scope.cancel()


async def generated(client: httpx.AsyncClient, path: str = PATH, **headers: str) -> list[tuple[str, Any]]:
    asked = client.stream("POST", path, json=REQUEST if path == PATH else {}, headers=ACCEPT | headers)
    async with asked as answered:
        assert (answered.status_code, answered.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        return await read(answered)


def deltas(heard: list[tuple[str, Any]]) -> str:
    return "".join(data["text"] for name, data in heard if name == "delta")


async def test_branches_sentences_and_then_the_email(db: Database) -> None:
    await give(db, 2)
    model = scripted(streamed(with_sentence("See https://evil.example/x now.")), streamed(answer()))
    async with served(db, writer(model)) as client:
        heard = await generated(client)
        told = [(data["branch"], data["state"]) for name, data in heard if name == "branch"]
        assert sorted(told) == sorted(BRANCHES)
        assert told[-4:] == BRANCHES[-4:]
        names = [name for name, _ in heard]
        assert (names.count("email"), names[-1]) == (1, "email")
        spoken = [index for index, name in enumerate(names) if name == "delta"]
        begun = heard.index(("branch", {"branch": "llm", "state": "started", "ms": 0}))
        assert begun < spoken[0] < spoken[-1] < names.index("email")
        assert deltas(heard) == BODY
        assert "evil" not in json.dumps(heard)
        assert list(heard[-1][1]) == FIELDS
        assert (await client.get(f"/api/emails/{heard[-1][1]['id']}")).json() == heard[-1][1]
        again = await generated(client, f"/api/emails/{heard[-1][1]['id']}/regenerate")
        assert (again[-1][0], again[-1][1]["previous_id"]) == ("email", heard[-1][1]["id"])
    assert await left(db) == Left(2, 2, 0, ["succeeded"] * 2, Balance(0, 0, 0))


async def test_the_offline_composer_streams_the_same_way(db: Database) -> None:
    await give(db, 1)
    async with served(db, compose.write) as client:
        heard = await generated(client)
    assert deltas(heard) == heard[-1][1]["body"]


async def test_a_replay_is_the_email_alone(db: Database) -> None:
    await give(db, 1)
    async with served(db, writer(scripted())) as client:
        key = {"idempotency-key": "once"}
        first = await generated(client, **key)
        assert await generated(client, **key) == first[-1:]
        plain = await client.post(PATH, json=REQUEST, headers=key)
    assert (plain.status_code, plain.json()) == (201, first[-1][1])
    assert plain.headers["idempotency-replayed"] == "true"
    assert await left(db) == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0))


async def test_what_is_refused_before_the_stream_has_its_own_status(db: Database) -> None:
    await give(db, 0)
    async with served(db, writer(scripted())) as client:
        for changes, headers, status in (
            ({}, {}, 402),
            ({"max_words": 3}, {}, 422),
            ({"job_url": "http://169.254.169.254/", "job_text": None}, {}, 422),
            ({}, {"authorization": "Bearer x.y.z"}, 401),
        ):
            refused = await client.post(PATH, json=REQUEST | changes, headers=ACCEPT | headers)
            assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert (await left(db)).emails == 0


@pytest.mark.parametrize(
    ("line", "patience", "status"),
    [
        (Line(failure=AWAY), "10", 502),
        (Line((answer()[:150],), failure=AWAY), "10", 502),
        (Line(first_delay_seconds=math.inf), "0.6", 504),
        (Line((answer()[:150],) * 2, delay_seconds=1.5), "2", 504),
    ],
)
async def test_a_failure_is_the_last_event_and_costs_nothing(
    db: Database, line: Line, patience: str, status: int
) -> None:
    await give(db, 1)
    key = {"idempotency-key": "again"}
    async with served(db, writer(scripted(line))) as client:
        heard = await generated(client, **{"x-request-timeout": patience}, **key)
        assert (heard[-1][0], heard[-1][1]["status"]) == ("problem", status)
        assert await left(db) == Left(0, 0, 0, ["failed"], Balance(1, 0, 1))
        (again, *_) = await generated(client, **{"x-request-timeout": patience}, **key)  # the key is free
        assert again[0] == "branch"
    await assert_sound(db)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
@pytest.mark.parametrize("after", ["before the first token", "after it", "in the second answer"])
async def test_a_client_that_leaves_stops_the_model(db: Database, accept: str, after: str) -> None:
    await give(db, 1)
    lines: dict[str, list[Line | str]] = {
        "before the first token": [Line(first_delay_seconds=math.inf)],
        "after it": [Line((answer()[:150], *[" "] * 1_000), delay_seconds=0.05)],
        "in the second answer": [answer("Nothing."), Line(first_delay_seconds=math.inf)],
    }
    model = Watched(lines[after], asked_at=2 if after == "in the second answer" else 1)
    async with served(db, writer(model)) as client:
        port = client.base_url.port
        async with await anyio.connect_tcp("127.0.0.1", port or 0) as connection:
            await connection.send(raw_request(accept))
            await model.asked.wait()
            await anyio.sleep(0.2 if after == "after it" else 0)
        with anyio.fail_after(WITHIN_SECONDS):
            await model.ended.wait()
            while (found := await left(db)).open_holds or not found.usage:
                await anyio.sleep(0.02)
    assert await left(db) == Left(0, 0, 0, ["cancelled"], Balance(1, 0, 1))
    await assert_sound(db)


class Watched(ScriptedLanguageModel):
    """Says when it was asked for the nth time, and when that ended."""

    def __init__(self, lines: list[Line | str], *, asked_at: int) -> None:
        super().__init__(lines)
        self.asked, self.ended, self._asked_at = anyio.Event(), anyio.Event(), asked_at

    async def answer(self, *args: Any, **listeners: Any) -> Any:
        is_watched = len(self.prompts) + 1 == self._asked_at
        try:
            if is_watched:
                self.asked.set()
            return await super().answer(*args, **listeners)
        finally:
            if is_watched:
                self.ended.set()


def raw_request(accept: str) -> bytes:
    body = json.dumps(REQUEST).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer('ada')['Authorization']}\r\nAccept: {accept}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
