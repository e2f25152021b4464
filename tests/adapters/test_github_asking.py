"""Threads and lines, without GitHub: a line that a test holds in its hand."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from service.adapters.github.asking import Cut, Failed, Heard, Lines
from service.adapters.github.connection import PyGithubLine

pytestmark = pytest.mark.anyio

ANSWER = Heard(200, {}, "{}", is_limited=False)
LIMIT_SECONDS = 5.0


@dataclass
class HeldLine:
    """Answers once it is `released`, or cut if it heeds that."""

    released: threading.Event
    heeds_cuts: bool = True
    asking: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    cuts: int = 0
    closed: int = 0

    def ready(self, *, timeout_seconds: float) -> None:
        assert timeout_seconds == LIMIT_SECONDS

    def ask(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Heard:
        self.asking.set()
        try:
            assert self.released.wait(LIMIT_SECONDS)
            if path == "/broken":
                raise Failed("broken")
            return ANSWER
        finally:
            self.ended.set()

    def cut(self) -> None:
        self.cuts += 1
        if self.heeds_cuts:
            self.released.set()

    def close(self) -> None:
        self.closed += 1


async def heard(event: threading.Event) -> None:
    with anyio.fail_after(5):
        while not event.is_set():
            await anyio.sleep(0.001)


async def ask(lines: Lines, path: str = "/") -> Heard:
    with anyio.fail_after(LIMIT_SECONDS):
        return await lines.ask(path, {}, {}, timeout_seconds=LIMIT_SECONDS)


def made(*held: HeldLine) -> Lines:
    """Lines of one place each, made in this order."""
    waiting = list(held)
    return Lines(lambda: waiting.pop(0), threads_max=len(held))


async def test_a_line_is_used_again_also_after_a_failure() -> None:
    line = HeldLine(threading.Event())
    line.released.set()
    lines = made(line)
    assert await ask(lines) == ANSWER
    with pytest.raises(Failed, match="broken"):
        await ask(lines, "/broken")
    assert await ask(lines) == ANSWER
    lines.close()
    assert (line.cuts, line.closed) == (0, 1)


async def test_a_place_comes_back_when_its_thread_ends_not_when_its_caller_leaves() -> None:
    line = HeldLine(threading.Event(), heeds_cuts=False)
    lines = made(line)
    async with anyio.create_task_group() as group:
        group.start_soon(ask, lines)
        await heard(line.asking)
        group.cancel_scope.cancel()
    assert line.cuts == 1
    with anyio.move_on_after(0.05) as waited:
        await ask(lines)
    assert waited.cancelled_caught
    line.released.set()
    assert await ask(lines) == ANSWER
    assert (line.cuts, line.closed) == (1, 1), "what was cut keeps no dead socket"


async def test_a_place_comes_back_where_no_thread_began(monkeypatch: pytest.MonkeyPatch) -> None:
    line = HeldLine(threading.Event())
    line.released.set()
    lines = made(line)
    scope = anyio.CancelScope()
    places: threading.Semaphore = vars(lines)["_places"]  # the one moment that cannot be met from outside
    acquire = places.acquire

    def acquired(*, blocking: bool) -> bool:
        scope.cancel()
        return acquire(blocking=blocking)

    with monkeypatch.context() as patched:
        patched.setattr(places, "acquire", acquired)
        with scope:
            await ask(lines)
    assert scope.cancelled_caught
    assert await ask(lines) == ANSWER


async def test_a_line_in_use_is_closed_when_its_thread_ends() -> None:
    line = HeldLine(threading.Event(), heeds_cuts=False)
    lines = made(line)
    async with anyio.create_task_group() as group:
        group.start_soon(ask, lines)
        await heard(line.asking)
        lines.close()
        assert line.closed == 0
        line.released.set()
    assert line.closed == 1


async def test_one_that_cannot_be_made_takes_no_place() -> None:
    def broken() -> HeldLine:
        raise Failed("no PyGithub")

    lines = Lines(broken, threads_max=1)
    for _ in range(3):
        with pytest.raises(Failed, match="no PyGithub"):
            await ask(lines)


async def test_a_cut_before_there_is_a_socket_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        line = PyGithubLine(api_url=f"http://127.0.0.1:{port}", token=None, user_agent="overture/test")
        line.ready(timeout_seconds=LIMIT_SECONDS)
        connection: Any = vars(line)["_connection"]
        opened = connection._opened

        def cut_while_opening(*args: Any, **kwargs: Any) -> Any:
            wire = opened(*args, **kwargs)
            line.cut()
            return wire

        monkeypatch.setattr(connection, "_opened", cut_while_opening)
        nothing = dict[str, str]()
        with pytest.raises(Cut), anyio.fail_after(1):
            await anyio.to_thread.run_sync(line.ask, "/users/ada", nothing, nothing, abandon_on_cancel=True)
        line.close()
