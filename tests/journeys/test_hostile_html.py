"""Pages made to hurt, sent along and fetched: answered, while everybody else is served as ever."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio
import httpx
import pytest

from tests.fakes.page_server import answer, page_server
from tests.journeys.process import Service

pytestmark = pytest.mark.anyio

Work = Callable[[], Awaitable[httpx.Response]]

PING_EVERY_SECONDS = 0.01
# Read on the loop itself, a page would hold everybody up for nearly all of the time until it is answered. The best of
# some tries shows what the service does, the others what else runs on the machine.
LAG_OF_THE_WHOLE = 0.5
TRIES = 5

ATTRIBUTES = "<div " + " ".join(f"a{number}=x" for number in range(40_000)) + ">Engineer</div>"
NESTED = "<b>" * 100_000 + "Engineer" + "</b>" * 100_000
LARGE = "<h1>Engineer</h1><ul>" + "<li>Python and PostgreSQL, 5 years</li>" * 22_000 + "</ul>"
MISNESTED = "<table><b><i><p>" * 20_000
ENTITIES = "<p>" + "&lt;b&gt;&amp;amp;" * 45_000
SCRIPT = '<script type="application/ld+json">' + '{"a":' * 60_000 + "1" + "}" * 60_000 + "</script><p>Engineer</p>"
JSON_LD = '<script type="application/ld+json">[' + '{"@type":"JobPosting","title":"A"},' * 20_000 + "{}]</script>"
SENT = {
    "40 000 attributes": ATTRIBUTES,
    "100 000 nested tags": NESTED,
    "900 kB of list": LARGE,
    "misnested tables": MISNESTED,
    "entities": ENTITIES,
    "nested JSON-LD": SCRIPT,
    "20 000 postings": JSON_LD,
}
FIVE_MB = (LARGE * 6).encode()[:4_900_000]
FIVE_MB_OF_TAGS = (b"<div><p class=a>" * 320_000)[:4_900_000]


@dataclass
class Trial:
    """One piece of work, and how long `/health/live` took, asked every 10 ms while it was under way."""

    answer: httpx.Response
    seconds: float
    pings: list[float]

    @property
    def lag(self) -> float:
        """The longest ping, as a part of the whole."""
        return max(self.pings, default=0) / self.seconds

    def __str__(self) -> str:
        ninety_nine = sorted(self.pings)[int(0.99 * len(self.pings))] if self.pings else 0
        pings = f"{len(self.pings)} pings, p99 {ninety_nine * 1000:.0f} ms, max {self.lag:.0%} of it"
        return f"{self.answer.status_code} in {self.seconds:.2f} s, {pings}"


async def tried(service: Service, work: Work) -> Trial:
    pings: list[float] = []
    answers: list[httpx.Response] = []
    began = anyio.current_time()
    async with httpx.AsyncClient(base_url=service.base_url, trust_env=False) as pinger:
        await pinger.get("/health/live")

        async def ping() -> None:
            while True:
                asked = anyio.current_time()
                await pinger.get("/health/live")
                pings.append(anyio.current_time() - asked)
                await anyio.sleep(PING_EVERY_SECONDS)

        async with anyio.create_task_group() as group:
            group.start_soon(ping)
            answers.append(await work())
            group.cancel_scope.cancel()
    return Trial(answers[0], anyio.current_time() - began, pings)


async def assert_nobody_is_held_up(service: Service, name: str, work: Work) -> None:
    trials: list[Trial] = []
    while len(trials) < TRIES and (not trials or trials[-1].lag >= LAG_OF_THE_WHOLE):
        trials.append(await tried(service, work))
        print(f"{name}: {trials[-1]}")
        assert trials[-1].answer.status_code in {200, 422}, trials[-1].answer.text
    assert trials[-1].lag < LAG_OF_THE_WHOLE, [str(trial) for trial in trials]


@pytest.mark.parametrize("name", SENT)
async def test_a_hostile_page_that_is_sent_holds_nobody_up(standing: Service, name: str) -> None:
    async with standing.client(await standing.somebody()) as client:
        await assert_nobody_is_held_up(
            standing, name, lambda: client.post("/api/job-context", json={"html": SENT[name]})
        )


@pytest.mark.parametrize("path", ["/list", "/tags"])
async def test_five_megabytes_that_are_fetched_hold_nobody_up(standing: Service, path: str) -> None:
    pages = {"/list": answer(FIVE_MB), "/tags": answer(FIVE_MB_OF_TAGS)}
    async with page_server(pages) as server, standing.client(await standing.somebody()) as client:
        # Another address for each try: the same bytes at the same one are not read again.
        numbers = itertools.count()

        async def fetch() -> httpx.Response:
            return await client.post("/api/job-context", json={"url": server.url(f"{path}?{next(numbers)}")})

        await assert_nobody_is_held_up(standing, f"5 MB of {path}", fetch)
