"""The pool of connections and threads, over connections that a test holds."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from service.adapters.github.connection import PyGithubConnection
from service.adapters.github.pool import Abandoned, ConnectionPool, RequestFailed, Response

pytestmark = pytest.mark.anyio

ANSWER = Response(200, {}, "{}", is_limited=False)
LIMIT_SECONDS = 5.0


@dataclass
class HeldConnection:
    """Answers once it is `released`, or cut if it heeds that."""

    released: threading.Event
    heeds_aborts: bool = True
    asking: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    aborts: int = 0
    closed: int = 0

    def begin(self, *, timeout_seconds: float) -> None:
        assert timeout_seconds == LIMIT_SECONDS

    def get(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        self.asking.set()
        try:
            assert self.released.wait(LIMIT_SECONDS)
            if path == "/broken":
                raise RequestFailed("broken")
            return ANSWER
        finally:
            self.ended.set()

    def abort(self) -> None:
        self.aborts += 1
        if self.heeds_aborts:
            self.released.set()

    def close(self) -> None:
        self.closed += 1


async def set_within_limit(event: threading.Event) -> None:
    with anyio.fail_after(30):
        while not event.is_set():
            await anyio.sleep(0.001)


async def ask(pool: ConnectionPool, path: str = "/") -> Response:
    with anyio.fail_after(LIMIT_SECONDS):
        return await pool.get(path, {}, {}, timeout_seconds=LIMIT_SECONDS)


def pool_of(*held: HeldConnection) -> ConnectionPool:
    """A pool of as many places, which opens these in their order."""
    waiting = list(held)
    return ConnectionPool(lambda: waiting.pop(0), threads_max=len(held))


async def test_a_line_is_used_again_also_after_a_failure() -> None:
    connection = HeldConnection(threading.Event())
    connection.released.set()
    pool = pool_of(connection)
    assert await ask(pool) == ANSWER
    with pytest.raises(RequestFailed, match="broken"):
        await ask(pool, "/broken")
    assert await ask(pool) == ANSWER
    pool.close()
    assert (connection.aborts, connection.closed) == (0, 1)


async def test_a_place_comes_back_when_its_thread_ends_not_when_its_caller_leaves() -> None:
    connection = HeldConnection(threading.Event(), heeds_aborts=False)
    pool = pool_of(connection)
    async with anyio.create_task_group() as group:
        group.start_soon(ask, pool)
        await set_within_limit(connection.asking)
        group.cancel_scope.cancel()
    assert connection.aborts == 1
    with anyio.move_on_after(0.05) as waited:
        await ask(pool)
    assert waited.cancelled_caught
    connection.released.set()
    assert await ask(pool) == ANSWER
    assert (connection.aborts, connection.closed) == (1, 1), "what was cut keeps no dead socket"


async def test_a_place_comes_back_where_no_thread_began(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = HeldConnection(threading.Event())
    connection.released.set()
    pool = pool_of(connection)
    scope = anyio.CancelScope()
    places: threading.Semaphore = vars(pool)["_places"]  # the one moment that cannot be met from outside
    acquire = places.acquire

    def acquired(*, blocking: bool) -> bool:
        scope.cancel()
        return acquire(blocking=blocking)

    with monkeypatch.context() as patched:
        patched.setattr(places, "acquire", acquired)
        with scope:
            await ask(pool)
    assert scope.cancelled_caught
    assert await ask(pool) == ANSWER


async def test_a_line_in_use_is_closed_when_its_thread_ends() -> None:
    connection = HeldConnection(threading.Event(), heeds_aborts=False)
    pool = pool_of(connection)
    async with anyio.create_task_group() as group:
        group.start_soon(ask, pool)
        await set_within_limit(connection.asking)
        pool.close()
        assert connection.closed == 0
        connection.released.set()
    assert connection.closed == 1


async def test_one_that_cannot_be_made_takes_no_place() -> None:
    def broken() -> HeldConnection:
        raise RequestFailed("no PyGithub")

    pool = ConnectionPool(broken, threads_max=1)
    for _ in range(3):
        with pytest.raises(RequestFailed, match="no PyGithub"):
            await ask(pool)


async def test_a_cut_before_there_is_a_socket_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        connection = PyGithubConnection(api_url=f"http://127.0.0.1:{port}", token=None, user_agent="overture/test")
        connection.begin(timeout_seconds=LIMIT_SECONDS)
        inner: Any = vars(connection)["_connection"]
        opened = inner._open_wire

        def cut_while_opening(*args: Any, **kwargs: Any) -> Any:
            wire = opened(*args, **kwargs)
            connection.abort()
            return wire

        monkeypatch.setattr(inner, "_open_wire", cut_while_opening)
        nothing = dict[str, str]()
        with pytest.raises(Abandoned), anyio.fail_after(30):
            await anyio.to_thread.run_sync(connection.get, "/users/ada", nothing, nothing, abandon_on_cancel=True)
        connection.close()
