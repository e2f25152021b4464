"""Whoever waits for the model leaves, loses patience, or the process is told to stop: it all ends at the model, too."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.fakes.model_talk import Manner, Seen
from tests.journeys.conftest import Writing
from tests.journeys.directed_model import Answered, asked, directed_model
from tests.journeys.process import Service, free_port, running_service

pytestmark = pytest.mark.anyio

# Ten seconds of words: who is said to have left did so before the last one.
TALKING = Manner(chunks=100, per_second=10)
DRAIN_SECONDS = 0.5
# Enough to reach the model, and less than it may be silent.
PATIENCE_SECONDS = 3


@dataclass(frozen=True)
class Moment:
    is_streamed: bool
    is_spoken: bool

    @property
    def fault(self) -> str:
        return "ok" if self.is_spoken else "silent"

    def has_come(self, seen: list[Seen]) -> bool:
        return len(seen) == 1 and (not self.is_spoken or seen[0].pieces > 0)


MOMENTS = [Moment(*moment) for moment in product((False, True), (False, True))]


async def test_a_caller_who_leaves_is_heard_of_by_the_model(writing: Writing) -> None:
    service, before = writing.service, await writing.service.footprint()
    users = {moment: await service.somebody() for moment in MOMENTS}
    async with directed_model(writing.model_port, TALKING) as model:

        async def leave(moment: Moment) -> None:
            headers = model.told(first=moment.fault)
            async with service.client(users[moment]) as client, anyio.create_task_group() as group:
                group.start_soon(lambda: asked(client, is_streamed=moment.is_streamed, **headers))
                await model.server.until(lambda: moment.has_come(model.seen(headers)))
                assert (await service.balance(users[moment]))["reserved"] == 1
                group.cancel_scope.cancel()
            await model.server.until(lambda: bool(model.seen(headers)[0].ended))
            assert [seen.ended for seen in model.seen(headers)] == ["left"]

        async with anyio.create_task_group() as group:
            for moment in MOMENTS:
                group.start_soon(leave, moment)
        await model.server.quiet()
    for user in users.values():
        await service.until_nothing_is_held(user)
        await _nothing_but_usage(service, user, outcome="cancelled")
    await service.is_in_order(since=before)


async def test_patience_that_runs_out_ends_at_the_model(writing: Writing) -> None:
    service, before = writing.service, await writing.service.footprint()
    users = {moment: await service.somebody() for moment in MOMENTS}
    answers: dict[Moment, Answered] = {}
    async with directed_model(writing.model_port, TALKING) as model:

        async def wait(moment: Moment) -> None:
            headers = model.told(first=moment.fault) | {"X-Request-Timeout": str(PATIENCE_SECONDS)}
            async with service.client(users[moment]) as client:
                answers[moment] = await asked(client, is_streamed=moment.is_streamed, **headers)
            await model.server.until(lambda: all(seen.ended for seen in model.seen(headers)))
            assert [seen.ended for seen in model.seen(headers)] == ["left"]

        async with anyio.create_task_group() as group:
            for moment in MOMENTS:
                group.start_soon(wait, moment)
        await model.server.quiet()
    assert {moment: answered.problem for moment, answered in answers.items()} == dict.fromkeys(
        MOMENTS, (504, "deadline-exceeded")
    )
    for user in users.values():
        await _nothing_but_usage(service, user, outcome="failed")
    await service.is_in_order(since=before)


async def test_a_stop_ends_at_the_model_after_the_drain(
    database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    port = free_port()
    environment = {"OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1", "OVERTURE_DRAIN_SECONDS": str(DRAIN_SECONDS)}
    answers: dict[Moment, Answered] = {}
    async with (
        directed_model(port, TALKING) as model,
        running_service(
            database_url=database_url, backend=anyio_backend_name, directory=tmp_path, environment=environment
        ) as service,
    ):
        users = {moment: await service.somebody() for moment in MOMENTS}
        told: dict[Moment, Mapping[str, str]] = {
            moment: model.told(**{"gpt-4.1-mini": moment.fault}) for moment in MOMENTS
        }

        async def wait(moment: Moment) -> None:
            async with service.client(users[moment]) as client:
                answers[moment] = await asked(client, is_streamed=moment.is_streamed, **told[moment])

        async with anyio.create_task_group() as group:
            for moment in MOMENTS:
                group.start_soon(wait, moment)
            await model.server.until(lambda: all(each.has_come(model.seen(told[each])) for each in MOMENTS))
            told_at = anyio.current_time()
            service.signal(signal.SIGTERM)
            await model.server.until(lambda: all(model.seen(told[each])[0].ended for each in MOMENTS))
            assert anyio.current_time() - told_at >= DRAIN_SECONDS
            assert {model.seen(told[each])[0].ended for each in MOMENTS} == {"left"}
        assert {moment: answered.problem for moment, answered in answers.items()} == dict.fromkeys(
            MOMENTS, (503, "shutting-down")
        )
        assert await service.exit_code() == 0
        await model.server.quiet()
        for user in users.values():
            rows = await service.usage(user)
            assert [row["outcome"] for row in rows] == ["cancelled"]
        assert await service.stored() == {"emails": 0, "held": 0, "broken": []}


async def _nothing_but_usage(service: Service, user: str, *, outcome: str) -> None:
    balance = await service.balance(user)
    assert (balance["reserved"], balance["available"]) == (0, balance["balance"])
    assert balance["balance"] == 1000
    assert await service.emails(user) == []
    rows: list[dict[str, Any]] = await service.usage(user)
    assert [row["outcome"] for row in rows] == [outcome]
    assert [call["model"] for call in rows[0]["calls"]] == ["first"]
