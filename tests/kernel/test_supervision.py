"""The order in which a process comes down, in virtual time."""

import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
import pytest
import structlog
from pytest_trio import trio_fixture  # pyright: ignore[reportUnknownVariableType]  # the plugin is untyped

from service.kernel.database import acting_for
from service.kernel.database.wall import NOBODY, acting_now
from service.kernel.identifiers import TenantId, UserId
from service.kernel.in_flight import InFlight, ShuttingDown
from service.kernel.supervision import (
    CLOSE_SECONDS,
    SERVER_END_SECONDS,
    UNDO_SECONDS,
    Lasting,
    Periodic,
    Phase,
    Root,
    pause_seconds,
)
from service.kernel.telemetry import TaskTree
from service.kernel.trace import continue_trace, outgoing, tracing

pytestmark = pytest.mark.trio

Trigger = Callable[[], Awaitable[None]]
DRAIN_SECONDS = 20.0


@dataclass
class NotedWatchdog:
    """Says what it was told instead of ending the test run."""

    armed: list[float] = field(default_factory=list[float])
    is_armed: bool = False

    def arm(self, seconds: float) -> None:
        self.armed.append(seconds)
        self.is_armed = True

    def disarm(self) -> None:
        self.is_armed = False


@pytest.fixture
def watchdog() -> NotedWatchdog:
    return NotedWatchdog()


@trio_fixture
async def root(watchdog: NotedWatchdog) -> Root:
    return Root(drain_seconds=DRAIN_SECONDS, tree=TaskTree(), watchdog=watchdog)


async def obedient(trigger: Trigger) -> None:
    await trigger()


async def request(in_flight: InFlight, seconds: float, *, clean_up_seconds: float = 0) -> str:
    """What the web does with one request; how it ended."""
    with anyio.CancelScope() as scope, in_flight.enter(scope):
        try:
            await anyio.sleep(seconds)
        except BaseException:
            with anyio.CancelScope(shield=True):  # the request's own bounded clean-up
                await anyio.sleep(clean_up_seconds)
            raise
    return "cancelled" if scope.cancelled_caught else "finished"


async def test_a_signal_lets_what_is_in_flight_finish_and_exits_0(
    root: Root, watchdog: NotedWatchdog, autojump_clock: object
) -> None:
    ends: list[str] = []

    async def server(trigger: Trigger) -> None:
        async with anyio.create_task_group() as group:

            async def serve_one() -> None:
                ends.append(await request(root.in_flight, 12))

            group.start_soon(serve_one)
            await anyio.sleep(1)
            signal.raise_signal(signal.SIGTERM)
            await trigger()
            ends.append(f"trigger at {anyio.current_time() - began:g}")

    began = anyio.current_time()
    assert await root.run(lambda: root.serve(server, [])) == 0
    assert ends == ["finished", "trigger at 12"]
    assert root.phase is Phase.DRAINING
    assert watchdog.armed
    assert not watchdog.is_armed


async def test_patience_ends_and_the_request_has_time_to_clean_up(root: Root, autojump_clock: object) -> None:
    ends: list[tuple[str, float]] = []

    async def server(trigger: Trigger) -> None:
        async with anyio.create_task_group() as group:

            async def serve_one() -> None:
                how = await request(root.in_flight, 1000, clean_up_seconds=3)
                ends.append((how, anyio.current_time() - began))

            group.start_soon(serve_one)
            await anyio.wait_all_tasks_blocked()
            root.stop("test")
            await trigger()
            ends.append(("trigger", anyio.current_time() - began))

    began = anyio.current_time()
    assert await root.run(lambda: root.serve(server, [])) == 0
    assert ends == [("cancelled", DRAIN_SECONDS + 3), ("trigger", DRAIN_SECONDS + 3)]
    assert root.in_flight.is_cancelled


@pytest.mark.parametrize("undo_seconds", [6, 15])
async def test_a_request_still_being_undone_keeps_its_server(
    root: Root, undo_seconds: float, autojump_clock: object
) -> None:
    async def server(trigger: Trigger) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: request(root.in_flight, 1000, clean_up_seconds=undo_seconds))
            await anyio.wait_all_tasks_blocked()
            root.stop("test")
            await trigger()
            triggered.append(anyio.current_time() - began)

    triggered: list[float] = []
    began = anyio.current_time()
    assert await root.run(lambda: root.serve(server, [])) == 0
    assert triggered == [DRAIN_SECONDS + undo_seconds]


async def test_a_request_that_will_not_end_does_not_hold_the_server_for_ever(
    root: Root, watchdog: NotedWatchdog, autojump_clock: object
) -> None:
    async def server(trigger: Trigger) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: request(root.in_flight, 1000, clean_up_seconds=60))
            await anyio.wait_all_tasks_blocked()
            root.stop("test")
            await trigger()
            triggered.append(anyio.current_time() - began)

    triggered: list[float] = []
    began = anyio.current_time()
    await root.run(lambda: root.serve(server, []))
    assert triggered == [DRAIN_SECONDS + UNDO_SECONDS]
    assert watchdog.armed == [triggered[0] + SERVER_END_SECONDS + CLOSE_SECONDS]


async def test_a_server_that_ignores_the_trigger_is_cancelled(root: Root, autojump_clock: object) -> None:
    async def deaf(_trigger: Trigger) -> None:
        await anyio.sleep_forever()

    began = anyio.current_time()

    async def stop() -> None:
        root.stop("test")

    assert await root.run(lambda: root.serve(deaf, [Lasting("stopper", stop)])) == 0
    assert anyio.current_time() - began == SERVER_END_SECONDS


async def test_while_draining_nothing_new_enters(root: Root, autojump_clock: object) -> None:
    async def server(trigger: Trigger) -> None:
        root.stop("test")
        with pytest.raises(ShuttingDown):
            await request(root.in_flight, 1)
        await trigger()

    assert await root.run(lambda: root.serve(server, [])) == 0


async def test_a_crashed_root_task_drains_and_exits_1(root: Root, autojump_clock: object) -> None:
    ends: list[str] = []

    async def crash() -> None:
        await anyio.sleep(1)
        raise RuntimeError("gone")

    async def server(trigger: Trigger) -> None:
        async with anyio.create_task_group() as group:

            async def serve_one() -> None:
                ends.append(await request(root.in_flight, 5))

            group.start_soon(serve_one)
            await trigger()

    assert await root.run(lambda: root.serve(server, [Lasting("crashing", crash)])) == 1
    assert ends == ["finished"]
    assert isinstance(root.crash, RuntimeError)


async def test_a_root_task_that_returns_is_missed_and_the_process_exits_1(root: Root, autojump_clock: object) -> None:
    async def forgetful() -> None:
        await anyio.sleep(1)

    with anyio.fail_after(60):
        assert await root.run(lambda: root.serve(obedient, [Lasting("forgetful", forgetful)])) == 1
    assert "forgetful ended" in str(root.crash)


async def test_a_root_task_that_returns_because_the_process_stops_is_no_crash(root: Root) -> None:
    stopping = anyio.Event()

    async def attentive() -> None:
        await stopping.wait()

    async def server(trigger: Trigger) -> None:
        await anyio.wait_all_tasks_blocked()
        root.stop("test")
        stopping.set()
        await trigger()

    assert await root.run(lambda: root.serve(server, [Lasting("attentive", attentive)])) == 0
    assert root.crash is None


async def test_a_crashed_server_ends_the_process_with_its_own_error(root: Root, watchdog: NotedWatchdog) -> None:
    async def server(_trigger: Trigger) -> None:
        raise OSError("address in use")

    with pytest.raises(OSError, match="address in use"):
        await root.run(lambda: root.serve(server, [Lasting("idle", anyio.sleep_forever)]))
    assert not watchdog.is_armed


async def test_resources_close_after_the_background_tasks_and_those_after_the_server(root: Root) -> None:
    order: list[str] = []

    async def background() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            order.append("background")

    async def server(trigger: Trigger) -> None:
        await anyio.wait_all_tasks_blocked()
        root.stop("test")
        await trigger()
        order.append("server")

    async def process() -> None:
        await root.serve(server, [Lasting("background", background)])
        order.append("resources")

    await root.run(process)
    assert order == ["server", "background", "resources"]


async def test_a_signal_during_the_start_cancels_it_and_exits_0(root: Root) -> None:
    closed: list[str] = []

    async def process() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
            await anyio.sleep_forever()
        finally:
            closed.append("closed")

    assert await root.run(process) == 0
    assert closed == ["closed"]


async def test_the_second_signal_ends_the_patience(root: Root, watchdog: NotedWatchdog, autojump_clock: object) -> None:
    ends: list[tuple[str, float]] = []

    async def server(trigger: Trigger) -> None:
        async with anyio.create_task_group() as group:

            async def serve_one() -> None:
                ends.append((await request(root.in_flight, 1000), anyio.current_time() - began))

            group.start_soon(serve_one)
            await anyio.wait_all_tasks_blocked()
            signal.raise_signal(signal.SIGINT)
            await anyio.sleep(2)
            signal.raise_signal(signal.SIGINT)
            await trigger()

    began = anyio.current_time()
    assert await root.run(lambda: root.serve(server, [])) == 0
    assert ends == [("cancelled", 2)]
    assert watchdog.armed[1] < watchdog.armed[0]


async def test_a_failing_sweeper_is_spaced_out_and_never_fatal(root: Root, autojump_clock: object) -> None:
    runs: list[float] = []

    async def sweep() -> None:
        runs.append(anyio.current_time() - began)
        if len(runs) < 4:
            raise ConnectionError("no database")
        if len(runs) == 6:
            root.stop("enough")

    began = anyio.current_time()
    assert await root.run(lambda: root.serve(obedient, [Periodic("sweep", sweep, every_seconds=60)])) == 0
    assert runs == [0, 120, 360, 840, 900, 960]
    assert root.crash is None


async def test_a_sweeper_that_hangs_is_cut_and_runs_again(root: Root, autojump_clock: object) -> None:
    runs: list[float] = []

    async def sweep() -> None:
        runs.append(anyio.current_time() - began)
        if len(runs) == 2:
            root.stop("enough")
        await anyio.sleep_forever()

    began = anyio.current_time()
    task = Periodic("sweep", sweep, every_seconds=10, timeout_seconds=5)
    assert await root.run(lambda: root.serve(obedient, [task])) == 0
    assert runs == [0, 25]


@pytest.mark.parametrize(("failures", "pause"), [(0, 60), (1, 120), (2, 240), (3, 480), (4, 480), (10**6, 480)])
async def test_the_pause_doubles_within_a_bound(failures: int, pause: float) -> None:
    assert pause_seconds(60, failures) == pause


async def test_shared_work_that_fails_stops_nothing_and_ends_with_the_process(root: Root) -> None:
    ends: list[str] = []

    async def broken() -> None:
        raise RuntimeError("a mistake in one flight")

    async def long() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ends.append("cancelled")

    async def server(trigger: Trigger) -> None:
        root.start(broken)
        root.start(long)
        await anyio.wait_all_tasks_blocked()
        assert root.phase is Phase.SERVING
        root.stop("test")
        await trigger()

    assert await root.run(lambda: root.serve(server, [])) == 0
    assert ends == ["cancelled"]
    with pytest.raises(ShuttingDown):
        root.start(long)


async def test_shared_work_acts_for_nobody_under_its_own_name(watchdog: NotedWatchdog) -> None:
    tree = TaskTree()
    root = Root(drain_seconds=0, tree=tree, watchdog=watchdog)
    found: list[object] = []

    async def shared() -> None:
        found.extend((acting_now(), structlog.contextvars.get_contextvars(), outgoing()))
        found.append([(task["kind"], task["name"], task["children"]) for task in tree.describe()])

    async def server(trigger: Trigger) -> None:
        trace = continue_trace(None, random_hex="ab" * 16)
        bound = structlog.contextvars.bound_contextvars(request_id="r1")
        with acting_for(UserId("ada"), TenantId("user:ada")), bound, tracing(trace), tree.root("request", "GET /x"):
            root.start(shared, name="fetch jobs.example")
        await anyio.wait_all_tasks_blocked()
        root.stop("test")
        await trigger()

    with structlog.contextvars.bound_contextvars(process="p1"):
        await root.run(lambda: root.serve(server, []))
    assert found == [NOBODY, {"process": "p1"}, None, [("flight", "fetch jobs.example", [])]]


async def test_background_work_stands_in_the_tree(watchdog: NotedWatchdog) -> None:
    tree = TaskTree()
    root = Root(drain_seconds=0, tree=tree, watchdog=watchdog)
    seen: list[tuple[str, str]] = []

    async def server(trigger: Trigger) -> None:
        await anyio.wait_all_tasks_blocked()
        seen.extend((task["kind"], task["name"]) for task in tree.describe())
        root.stop("test")
        await trigger()

    await root.run(lambda: root.serve(server, [Lasting("loop watch", anyio.sleep_forever)]))
    assert seen == [("background", "loop watch")]
    assert tree.describe() == []
