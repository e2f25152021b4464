"""One figure each, against a service that is running."""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import ceil
from statistics import fmean
from typing import Any

import anyio
import httpx
import msgspec
import psutil

from tests.benchmarks.figures import Spread, bucket_quantile, spread
from tests.benchmarks.load import Call, Load, Request
from tests.benchmarks.plan import Level, Plan
from tests.benchmarks.stage import Manner, Model, Person, bodies, loaded, model
from tests.journeys.process import Service

STREAM, JSON = "text/event-stream", "application/json"
# Nine seconds at the usual pace.
CHUNKS_MANY = 180
SAMPLE_SECONDS = 0.1
# Beyond so many times its critical path a call is given up, and counted as unanswered.
LATE_FACTOR = 2.0
START_SECONDS = 10.0
LOG_SHOWN_CHARS = 10_000
LEAVES_AFTER_SECONDS = 1.5
QUIET_SECONDS = 10.0
# Stands in the instructions of a numbered call, and so in its prompt.
NUMBER = re.compile(r"Call (\d+) of the benchmark")
MISSING = re.compile(r'"branch":"(\w+)","reason":"([^"]*)"')
LAG = re.compile(r'^overture_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True)
class Stand:
    """A service to be measured, and what it talks to."""

    plan: Plan
    service: Service
    persons: Sequence[Person]
    page_url: str
    model_port: int

    def calls(self, count: int, *, run: str, accept: str = JSON, is_numbered: bool = False) -> tuple[Call, ...]:
        made = bodies(self.plan, self.persons, page_url=self.page_url, count=count, run=run, is_numbered=is_numbered)
        return tuple(Call((self._request(person, body, accept),)) for person, body in made)

    def _request(self, person: Person, body: str, accept: str) -> Request:
        headers = {"authorization": f"Bearer {person.token}", "content-type": "application/json", "accept": accept}
        return Request("POST", f"{self.service.base_url}/api/emails/generate", headers, body)


@dataclass
class AtLevel:
    """One level of load: what it took, what it should have, and what it cost the process."""

    level: Level
    critical_path_seconds: float
    taken: Spread
    answers: Counter[str]
    missing: Counter[str]
    asked_of_model: int
    model_took_seconds: float
    rss_before: int = 0
    rss_most: int = 0
    cpu_seconds: float = 0.0
    # Of the whole machine's time: where nothing is left, it was the machine that was measured.
    machine_idle: float = 0.0
    lag: dict[float, float] = field(default_factory=dict[float, float])

    @property
    def ratio(self) -> Spread:
        return self.taken.over(self.critical_path_seconds)

    @property
    def bytes_each(self) -> float:
        return (self.rss_most - self.rss_before) / self.level.in_flight

    def lag_quantile(self, share: float) -> float:
        return bucket_quantile(self.lag, share)


@dataclass(frozen=True)
class Warm:
    """What the service asked the model, and how long the letter is that it got."""

    asked: dict[str, Any]
    letter_chars: int


def manner_of(plan: Plan, level: Level, *, letter_chars: int) -> Manner:
    """The last piece comes `model_seconds` after the request, the first after about a tenth of that."""
    pace = plan.chunks_per_second
    chunks = max(1, round(0.9 * level.model_seconds * pace))
    pieces = ceil(letter_chars / ceil(letter_chars / chunks))
    return Manner(level.model_seconds - (pieces - 1) / pace, chunks, pace)


async def at_level(stand: Stand, level: Level, *, manner: Manner, run: str) -> AtLevel:
    """The level's calls to the service, and what they cost its process."""
    process = psutil.Process(stand.service.process.pid)
    async with model(manner, port=stand.model_port) as fake, sampled(process) as sizes:
        before, cpu = await lag_buckets(stand.service), _cpu_seconds(process)
        found = await _loaded_at(level, stand.calls(level.calls, run=run), fake, manner, stand.plan)
        cpu, after = _cpu_seconds(process) - cpu, await lag_buckets(stand.service)
    return replace(
        found,
        rss_before=sizes[0],
        rss_most=max(sizes),
        cpu_seconds=cpu,
        lag={bound: count - before.get(bound, 0.0) for bound, count in after.items()},
    )


async def alone(stand: Stand, level: Level, *, manner: Manner, warm: Warm) -> AtLevel:
    """The page and then the model, asked by the load generator itself: what the fakes and the machine can do."""
    async with model(manner, port=stand.model_port) as fake:
        calls = tuple(
            Call((Request("GET", f"{stand.page_url}?alone={number}"), _to_model(fake, warm)))
            for number in range(level.calls)
        )
        return await _loaded_at(level, calls, fake, manner, stand.plan)


async def _loaded_at(level: Level, calls: Sequence[Call], fake: Model, manner: Manner, plan: Plan) -> AtLevel:
    critical = level.model_seconds + plan.page_seconds
    # One design has so many threads, and everybody else waits for them.
    limit = LATE_FACTOR * critical * level.calls / min(level.in_flight, plan.threads) + START_SECONDS
    apart = level.arriving_seconds / level.in_flight
    before = psutil.cpu_times()
    heard = await loaded(Load(tuple(calls), level.in_flight, limit_seconds=limit, apart_seconds=apart))
    after = psutil.cpu_times()
    requests = (await fake.seen())["requests"]
    answers = Counter(str(each.status or each.error) for each in heard)
    answers["unanswered"] = level.calls - len(heard)
    return AtLevel(
        level=level,
        critical_path_seconds=plan.page_seconds + _nominal_seconds(manner, requests),
        taken=spread([each.seconds for each in heard if each.status in {200, 201}]),
        answers=+answers,
        missing=Counter(": ".join(found) for each in heard for found in MISSING.findall(each.body)),
        asked_of_model=len(requests),
        model_took_seconds=fmean([each["ended_at"] - each["at"] for each in requests if each["ended_at"]] or [0.0]),
        machine_idle=(after.idle - before.idle) / (sum(after) - sum(before)),
    )


async def warmed(stand: Stand, *, run: str) -> Warm:
    """Open every connection and fill every cache with a few calls."""
    count = max(10, stand.plan.pool_size)
    async with model(Manner(0.0, CHUNKS_MANY, 0.0), port=stand.model_port) as fake:
        heard = await loaded(Load(stand.calls(count, run=run), count // 2, limit_seconds=60))
        requests = (await fake.seen())["requests"]
        failures = [each for each in heard if each.status != 201]
        log = stand.service.log.read_text(errors="replace")[-LOG_SHOWN_CHARS:]
        assert not failures, f"{len(failures)} of {count} failed: {failures[0].body or failures[0].error}\n{log}"
        assert requests, "the service writes without a model"
        asked = requests[-1]["body"]
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.post(f"{fake.base_url}/chat/completions", json=asked | {"stream": False})
    return Warm(asked, len(answer.json()["choices"][0]["message"]["content"]))


async def first_tokens(stand: Stand, *, warm: Warm, run: str) -> tuple[Spread, Spread]:
    """Until the first sentence is heard, streamed, less the page: through the service, and from the model itself.

    The model says its letter in one piece, so that its first token is a sentence: the service passes on no less.
    """
    plan, manner = stand.plan, Manner(0.2, 1, 0.0)
    async with model(manner, port=stand.model_port) as fake:
        calls = stand.calls(plan.first_token_calls, run=run, accept=STREAM)
        through = await loaded(
            Load(calls, plan.first_token_in_flight, limit_seconds=plan.first_token_calls, marker="event: delta")
        )
        calls = tuple(Call((_to_model(fake, warm),)) for _ in range(plan.first_token_calls))
        marker = '"delta": {"content"'
        bare = await loaded(
            Load(calls, plan.first_token_in_flight, limit_seconds=plan.first_token_calls, marker=marker)
        )
    assert len(through) == len(bare) == plan.first_token_calls, "some calls had no first token in time"
    through_seconds = [each.marker_seconds - plan.page_seconds for each in through if each.marker_seconds is not None]
    return spread(through_seconds), spread([each.marker_seconds for each in bare if each.marker_seconds is not None])


async def leaving(stand: Stand, *, accept: str, is_after_first_token: bool, run: str) -> Spread:
    """From a client's leaving in the middle of the model's call to the model seeing its connection close.

    Who left before the model was asked does not count; how many did is the spread's.
    """
    plan = stand.plan
    manner = Manner(0.2, CHUNKS_MANY, plan.chunks_per_second) if is_after_first_token else Manner(20, 1, 0)
    async with model(manner, port=stand.model_port) as fake:
        heard = await loaded(
            Load(
                stand.calls(plan.leavers, run=run, accept=accept, is_numbered=True),
                plan.leavers,
                limit_seconds=60,
                apart_seconds=0.1,
                leave_after_seconds=plan.page_seconds + LEAVES_AFTER_SECONDS,
            )
        )
        requests = (await fake.quiet(seconds=QUIET_SECONDS))["requests"]
    left = {each.number: each.left_at for each in heard if each.left_at is not None}
    assert len(left) == plan.leavers, f"only {len(left)} of {plan.leavers} left; the others were answered"
    waited: list[float] = []
    for request in requests:
        at = left[int(NUMBER.findall(str(request["body"]["messages"]))[0])]
        if request["at"] < at and bool(request["pieces"]) == is_after_first_token:
            assert request["ended"] == "left", f"the model's call went on for {QUIET_SECONDS:g} s: {request['ended']!r}"
            waited.append(request["ended_at"] - at)
    return spread(waited)


@asynccontextmanager
async def sampled(process: psutil.Process) -> AsyncGenerator[list[int]]:
    """The resident bytes of the process while the block runs, the first before it began."""
    sizes = [process.memory_info().rss]

    async def sample() -> None:
        while True:
            await anyio.sleep(SAMPLE_SECONDS)
            sizes.append(process.memory_info().rss)

    async with anyio.create_task_group() as group:
        group.start_soon(sample)
        yield sizes
        group.cancel_scope.cancel()


async def lag_buckets(service: Service) -> dict[float, float]:
    """The histogram of the event loop's lag so far; empty where the service has none."""
    async with httpx.AsyncClient(base_url=service.base_url, timeout=30, trust_env=False) as client:
        text = (await client.get("/metrics")).text
    return {float(bound): float(count) for bound, count in LAG.findall(text)}


def _to_model(fake: Model, warm: Warm) -> Request:
    body = msgspec.json.encode(warm.asked).decode()
    return Request("POST", f"{fake.base_url}/chat/completions", {"content-type": "application/json"}, body)


def _nominal_seconds(manner: Manner, requests: Sequence[dict[str, Any]]) -> float:
    """What the model's answers took by the fake's own settings: the latency, and the pace of the pieces it said."""
    pieces = [each["pieces"] for each in requests if each["ended"] == "whole"]
    if not pieces:
        return 0.0
    paced = (fmean(pieces) - 1) / manner.per_second if manner.per_second else 0.0
    return manner.latency_seconds + paced


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
