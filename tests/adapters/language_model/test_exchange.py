"""People leave: before the first token and after it, and in between any two steps."""

import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from ssl import SSLContext
from typing import Any, cast

import anyio
import httpcore
import pytest

from service.adapters.language_model.connections import Connections
from service.kernel.telemetry import TaskTree
from tests.adapters.language_models import Ear, adapter, fake_model
from tests.fakes.model_server import model_server
from tests.fakes.model_talk import Manner

pytestmark = pytest.mark.anyio

# More steps than any exchange has.
STEPS_MAX = 60


async def test_leaving_before_the_first_token_closes_the_connection() -> None:
    async with fake_model("fault-silent") as (model, server):
        ear = Ear()
        async with anyio.create_task_group() as group:
            group.start_soon(ear.ask, model)
            await server.until(lambda: bool(server.requests))
            group.cancel_scope.cancel()
        await server.until(lambda: server.requests[0].ended == "left")
        await server.quiet()
    (call,) = ear.calls
    assert (call.outcome, call.is_estimated, call.output_tokens) == ("cancelled", True, 0)
    assert call.input_tokens > 50


async def test_leaving_mid_stream_closes_the_connection() -> None:
    async with fake_model(manner=Manner(chunks=100, per_second=50)) as (model, server):
        ear = Ear()
        async with anyio.create_task_group() as group:
            group.start_soon(ear.ask, model)
            await ear.heard.wait()
            group.cancel_scope.cancel()
        await server.until(lambda: server.requests[0].ended == "left")
        await server.quiet()
        assert server.requests[0].pieces < 100
    (call,) = ear.calls
    assert (call.outcome, call.is_estimated) == ("cancelled", True)
    assert call.output_tokens == -(-len(ear.text.encode()) // 4) > 0


async def test_the_callers_deadline_is_a_leaving() -> None:
    async with fake_model("fault-silent") as (model, server):
        ear = Ear()
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:

                async def end() -> None:
                    await server.until(lambda: bool(server.requests))
                    scope.deadline = anyio.current_time()

                group.start_soon(end)
                await ear.ask(model)
        assert scope.cancelled_caught
        await server.quiet()
        assert ear.outcomes == ["cancelled"]


async def test_leaving_while_waiting_for_the_next_try_is_told_nothing_more() -> None:
    async with fake_model("fault-429", manner=Manner(retry_after="2.5")) as (model, _):
        ear = Ear()
        async with anyio.create_task_group() as group:
            group.start_soon(ear.ask, model)
            with anyio.fail_after(30):
                while not ear.calls:
                    await anyio.sleep(0.005)
            group.cancel_scope.cancel()
        assert ear.outcomes == ["failed"]


async def test_leaving_in_a_tls_handshake_closes_the_socket() -> None:
    connected, closed = anyio.Event(), anyio.Event()

    async def mute(stream: anyio.abc.ByteStream) -> None:
        async with stream:
            await stream.receive()
            connected.set()
            with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                await stream.receive()
            closed.set()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    ear = Ear()
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, mute)
        async with adapter(f"https://127.0.0.1:{port}/v1") as model, anyio.create_task_group() as caller:
            caller.start_soon(ear.ask, model)
            await connected.wait()
            caller.cancel_scope.cancel()
        with anyio.fail_after(30):
            await closed.wait()
        group.cancel_scope.cancel()
    assert [(call.outcome, call.input_tokens) for call in ear.calls] == [("cancelled", 0)]


# --- between any two steps -------------------------------------------------------------------------------------------


class Steps(httpcore.AsyncNetworkBackend):
    """The network; `after` is called when each of its steps is done, before its caller goes on."""

    def __init__(self, after: Callable[[], None]) -> None:
        self._network = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._after = after

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        self._after()
        return SteppedStream(stream, self._after)


class SteppedStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, after: Callable[[], None]) -> None:
        self._stream = stream
        self._after = after

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = await self._stream.read(max_bytes, timeout)
        self._after()
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)
        self._after()

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return await self._stream.start_tls(ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@asynccontextmanager
async def cancelled_after(step: int) -> AsyncGenerator[tuple[anyio.CancelScope, Callable[[], None]], None]:
    scope, left = anyio.CancelScope(), [step]

    def after() -> None:
        left[0] -= 1
        if left[0] == 0:
            scope.cancel()

    yield scope, after


async def test_leaving_after_each_step_leaves_nothing_behind() -> None:
    """With room for one connection, a place that were lost would stop the call that follows."""
    tree = TaskTree()
    for step in range(1, STEPS_MAX):
        async with model_server(Manner(chunks=3)) as server, cancelled_after(step) as (scope, after):
            connections = Connections(limit=1, network=Steps(after))
            async with adapter(server.base_url, transport=connections) as model:
                ear = Ear()
                with scope, tree.root("test", "leaving"):
                    await ear.ask(model)
                assert ear.outcomes == (["cancelled"] if scope.cancelled_caught else ["finished"])
                assert tree.describe() == []
                if scope.cancelled_caught:
                    kept = connections.idle
                    await server.until(lambda server=server, kept=kept: server.live == kept)
                with anyio.fail_after(30):
                    await Ear().ask(model)
            await server.quiet()
        if not scope.cancel_called:
            assert step > 4
            return
    raise AssertionError(f"more than {STEPS_MAX} steps")


@pytest.mark.storm
async def test_a_storm_of_leavings_costs_no_place_and_no_connection() -> None:
    chance = random.Random(7)
    async with model_server(Manner(latency_seconds=0.01, chunks=10, per_second=400)) as server:
        connections = Connections(limit=8)
        # Nobody is given up: who leaves does so of their own accord.
        async with adapter(
            server.base_url, transport=connections, timeout_seconds=60, first_token_timeout_seconds=60
        ) as model:
            staying, hearing, waiting = ([Ear() for _ in range(100)] for _ in range(3))

            async def leave_after(ear: Ear, moment: Callable[[], Awaitable[object]]) -> None:
                async with anyio.create_task_group() as group:
                    group.start_soon(ear.ask, model)
                    await moment()
                    group.cancel_scope.cancel()

            async with anyio.create_task_group() as group:
                for stays, hears, waits in zip(staying, hearing, waiting, strict=True):
                    group.start_soon(stays.ask, model)
                    group.start_soon(leave_after, hears, hears.heard.wait)
                    group.start_soon(leave_after, waits, partial(anyio.sleep, chance.uniform(0, 0.8)))
            assert [ear.outcomes for ear in staying] == [["finished"]] * 100
            assert ["cancelled"] in [ear.outcomes for ear in hearing]
            assert all(len(ear.calls) <= 1 for ear in (*hearing, *waiting))
            await server.until(lambda: server.live == connections.idle)
            async with anyio.create_task_group() as group:
                for _ in range(8):
                    group.start_soon(Ear().ask, model)
            assert 0 < connections.idle <= 8
        await server.quiet()
