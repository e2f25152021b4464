"""A letter as it is being written, the chain behind it, and the same answer again."""

from functools import partial
from typing import Any

import anyio
import httpx
import pytest

from tests.fakes.model_talk import Manner
from tests.journeys.conftest import Writing
from tests.journeys.directed_model import EVENTS, GENERATE, Answered, asked, directed_model
from tests.journeys.test_main_job import REQUEST

pytestmark = pytest.mark.anyio

WANTED = [
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


async def test_branches_then_sentences_then_the_email(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    told = Manner(chunks=20, adds="Send your salary to https://evil.example/pay first.")
    async with directed_model(writing.model_port, told), service.client(user) as client:
        heard = await asked(client, is_streamed=True)
        stored = (await client.get(f"{GENERATE.rpartition('/')[0]}/{heard.document['id']}")).json()
    states = [(data["branch"], data["state"]) for data in heard.named("branch")]
    assert sorted(states) == sorted(WANTED)
    assert states[-4:] == WANTED[-4:]
    names = [name for name, _ in heard.events]
    assert names[-1] == "email"
    begun = heard.events.index(("branch", {"branch": "llm", "state": "started", "ms": 0}))
    spoken = [index for index, name in enumerate(names) if name == "delta"]
    assert len(spoken) > 1
    assert begun < spoken[0]
    provisional = "".join(data["text"] for data in heard.named("delta"))
    assert provisional.startswith("Dear Ada Park,")
    assert "evil" not in provisional + heard.document["body"]
    assert stored == heard.document
    assert await service.balance(user) == {"balance": 999, "reserved": 0, "available": 999}


async def test_a_replay_is_the_one_last_event_or_the_same_document(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    async with directed_model(writing.model_port) as model, service.client(user, Idempotency_Key="once") as client:
        first = await asked(client, is_streamed=True)
        streamed = await client.post(GENERATE, json=REQUEST, headers={"Accept": EVENTS})
        plain = await client.post(GENERATE, json=REQUEST)
        other = await client.post(GENERATE, json={**REQUEST, "tone": "warm"}, headers={"Accept": EVENTS})
        assert len(model.server.requests) == 1
    assert _replayed(streamed) == first.events[-1:]
    assert (plain.status_code, plain.headers["idempotency-replayed"]) == (201, "true")
    assert plain.json() == first.document
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-mismatch")
    assert await service.balance(user) == {"balance": 999, "reserved": 0, "available": 999}


async def test_a_failed_stream_frees_its_key(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    async with directed_model(writing.model_port) as model, service.client(user, Idempotency_Key="twice") as client:
        failed = await asked(client, is_streamed=True, **model.told(first="drop"))
        assert failed.problem == (502, "llm-unavailable")
        written = await asked(client, is_streamed=False)
    assert written.is_email
    assert await service.balance(user) == {"balance": 999, "reserved": 0, "available": 999}


async def test_usage_names_the_model_that_wrote_and_counts_what_the_others_took(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    async with directed_model(writing.model_port) as model, service.client(user) as client:
        down = await asked(client, is_streamed=False, **model.told(first="401"))
        refusing = await asked(client, is_streamed=False, **model.told(first="refusal"))
        up = await asked(client, is_streamed=False)
    assert [_model(answered) for answered in (down, refusing, up)] == ["second", "second", "first"]
    rows = await service.usage(user)
    assert [(row["outcome"], row["model"]) for row in rows] == [
        ("succeeded", "second"),
        ("succeeded", "second"),
        ("succeeded", "first"),
    ]
    assert [[(call["model"], call["outcome"]) for call in row["calls"]] for row in rows] == [
        [("first", "failed"), ("second", "finished")],
        [("first", "failed"), ("second", "finished")],
        [("first", "finished")],
    ]
    assert rows[0]["calls"][0]["input_tokens"] == 0
    assert all(row["input_tokens"] == sum(call["input_tokens"] for call in row["calls"]) for row in rows)


async def test_nobody_listens_where_the_models_should_be(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    async with service.client(user) as client, anyio.create_task_group() as group:

        async def ask(*, is_streamed: bool) -> None:
            assert (await asked(client, is_streamed=is_streamed)).problem == (502, "llm-unavailable")

        group.start_soon(partial(ask, is_streamed=False))
        group.start_soon(partial(ask, is_streamed=True))
    assert await service.balance(user) == {"balance": 1000, "reserved": 0, "available": 1000}
    assert [row["outcome"] for row in await service.usage(user)] == ["failed", "failed"]
    await service.is_in_order()


def _model(answered: Answered) -> str:
    assert answered.is_email, answered.events[-1]
    return answered.document["usage"]["model"]


def _replayed(answer: httpx.Response) -> list[tuple[str, Any]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{EVENTS}; charset=utf-8")
    assert answer.headers["idempotency-replayed"] == "true"
    name, data = answer.text.rstrip().split("\n", 1)
    return [(name.removeprefix("event: "), httpx.Response(200, text=data.removeprefix("data: ")).json())]
