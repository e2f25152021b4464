"""What a serving process takes while nothing is asked of it: live work, tasks, threads and descriptors.

Seen from outside: the live task tree and the event loop's tasks over HTTP, the rest by the operating system. What is
left out has its reason:

- Connections that callers opened. The server keeps one for seconds after its caller has gone (Hypercorn until its
  keep-alive ends), with some tasks each: how many, is measured once.
- Connections that the process opened to others. Pools keep some alive; the fakes count them at their other end, and
  `/health/db-pool` those to the database.
"""

import os
from dataclasses import dataclass, fields, replace
from typing import Any

import anyio
import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from service.adapters.github.pool import THREADS_MAX
from service.resources.readers import RESUME_READERS

# What was cancelled undoes itself within milliseconds, and CI shares its cores; a connection that its caller has reset
# is none to the operating system any more, and to the server until its keep-alive of 5 s ends.
REST_SECONDS = 60
# Threads that stay for the next question once there was a first: GitHub's, and those which look names up (as many as
# asyncio's default executor starts; trio's end by themselves after 10 s).
IDLE_THREADS_MAX = THREADS_MAX + min(32, (os.cpu_count() or 1) + 4)
# Readers of résumés' files that stay for the next once there was a first: two pipes and a process descriptor each.
IDLE_DESCRIPTORS_MAX = 3 * RESUME_READERS


@dataclass(frozen=True)
class Footprint:
    work: tuple[str, ...]
    tasks: int
    threads: int
    descriptors: int

    def beyond(self, bound: "Footprint") -> dict[str, Any]:
        """What there is more of than there may be."""
        names = [field.name for field in fields(self)]
        mine, most = ({name: getattr(of, name) for name in names} for of in (self, bound))
        return {name: (mine[name], most[name]) for name in names if mine[name] > most[name]}


@dataclass
class Footprints:
    """Those of one process. `authorization` opens the probes of an admin."""

    base_url: str
    pid: int
    authorization: str
    tasks_of_a_connection: int = 0
    first: Footprint = Footprint((), 0, 0, 0)

    async def begin(self) -> None:
        """Of a process of which nothing was asked yet: what it takes, and what a connection takes of it."""
        async with self._client() as client:
            with anyio.fail_after(REST_SECONDS):
                # The first check of the invariants has a connection of its own, on trio a thread.
                while "running" in [one["state"] for one in await _live(client) if one["name"] == "check invariants"]:
                    await anyio.sleep(0.02)
                alone, accepted = await self._seen(client)
                async with await anyio.connect_tcp("127.0.0.1", client.base_url.port or 0):
                    while True:
                        beside, now_accepted = await self._seen(client)
                        if more := now_accepted - accepted:
                            break
        self.tasks_of_a_connection = (beside.tasks - alone.tasks) // more
        self.first = await self.now()

    async def now(self) -> Footprint:
        async with self._client() as client:
            return await self._own(client)

    async def back(self, *, since: Footprint | None = None) -> None:
        """Until there is no more than `since`, or than at first and what waits for the next question."""
        threads, descriptors = self.first.threads + IDLE_THREADS_MAX, self.first.descriptors + IDLE_DESCRIPTORS_MAX
        bound = since or replace(self.first, threads=threads, descriptors=descriptors)
        left: dict[str, Any] = {}
        async with self._client() as client:
            with anyio.move_on_after(REST_SECONDS):
                while left := (await self._own(client)).beyond(bound):
                    await anyio.sleep(0.02)
        assert not left, f"left behind (now, at most): {left}"

    def _client(self) -> httpx.AsyncClient:
        headers = {"Authorization": self.authorization}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=60, trust_env=False)

    async def _own(self, client: httpx.AsyncClient) -> Footprint:
        """The footprint without what callers' connections are of it."""
        seen, accepted = await self._seen(client)
        tasks = seen.tasks - accepted * self.tasks_of_a_connection
        return replace(seen, tasks=tasks, descriptors=seen.descriptors - accepted)

    async def _seen(self, client: httpx.AsyncClient) -> tuple[Footprint, int]:
        """The whole footprint, and how many callers' connections are part of it."""
        live = await _live(client)
        figures = (await client.get("/metrics")).text
        process, port = psutil.Process(self.pid), client.base_url.port
        sockets = [one for one in process.net_connections(kind="inet") if one.raddr]
        accepted = sum(one.laddr[1] == port for one in sockets)
        footprint = Footprint(
            work=tuple(sorted(_work(live))),
            tasks=_figure(figures, "overture_event_loop_tasks"),
            threads=process.num_threads(),
            descriptors=process.num_fds() - (len(sockets) - accepted),
        )
        return footprint, accepted


async def _live(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/debug/tasks")).json()["tasks"]


def _work(live: list[dict[str, Any]]) -> list[str]:
    """What the tree names beside the background's own tasks and the asking for it."""
    names = [one["name"] for one in live if one["kind"] != "background"]
    names += [child["name"] for one in live for child in one["children"]]
    names.remove("GET /debug/tasks")
    return names


def _figure(figures: str, name: str) -> int:
    families = text_string_to_metric_families(figures)
    return next(int(sample.value) for family in families for sample in family.samples if sample.name == name)
