"""The root of a real process: signals from outside, exit codes, and the watchdog behind a blocked loop."""

import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 60

# What every process below begins with; each gives `server`, `tasks` and, where it matters, `watchdog`.
PRELUDE = """
import sys, time
import anyio
from service.kernel.supervision import HardExit, Lasting, Root
from service.kernel.telemetry import TaskTree
from service.kernel.telemetry.logs import configure_logs

configure_logs(level="info", form="json")

def say(text):
    print(text, flush=True)

async def one_request(root):
    with anyio.CancelScope() as scope, root.in_flight.enter(scope):
        try:
            await anyio.sleep(float(sys.argv[2]))
            say("finished")
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.05)
            say("cleaned up")

async def server(root, trigger):
    async with anyio.create_task_group() as group:
        group.start_soon(one_request, root)
        await anyio.sleep(0.05)
        say("serving")
        await trigger()
    say("server ended")

async def crash():
    await anyio.sleep(0.2)
    raise RuntimeError("a root task")

def block():
    say("blocked")
    while True:
        time.sleep(1)

async def main(tasks=(), watchdog=None, drain_seconds=20):
    root = Root(drain_seconds=drain_seconds, tree=TaskTree(), watchdog=watchdog)
    async def process():
        await root.serve(lambda trigger: server(root, trigger), tasks)
        say("resources closed")
    return await root.run(process)
"""


@pytest.fixture(params=["asyncio", "trio"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@contextmanager
def started(program: str, backend: str, *, request_seconds: float) -> Generator[subprocess.Popen[str]]:
    """A process that has said `serving`."""
    code = f"{PRELUDE}\n{program}\nsys.exit(anyio.run(main, backend=sys.argv[1]))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, backend, str(request_seconds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "serving\n", process.communicate()
        yield process
    finally:
        process.kill()
        process.communicate()


def test_sigterm_lets_the_request_finish(backend: str) -> None:
    with started("", backend, request_seconds=1) as process:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=LIMIT_SECONDS)
    assert said.splitlines() == ["finished", "cleaned up", "server ended", "resources closed"]
    assert process.returncode == 0


def test_the_second_signal_cancels_the_request(backend: str) -> None:
    with started("", backend, request_seconds=3600) as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "stopping" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=LIMIT_SECONDS)
    assert said.splitlines() == ["cleaned up", "server ended", "resources closed"]
    assert process.returncode == 0


def test_a_crashed_root_task_ends_the_process_with_1(backend: str) -> None:
    program = "from functools import partial\nmain = partial(main, (Lasting('crashing', crash),))"
    with started(program, backend, request_seconds=1) as process:
        said, logged = process.communicate(timeout=LIMIT_SECONDS)
    assert said.splitlines() == ["finished", "cleaned up", "server ended", "resources closed"]
    assert "a root task crashed" in logged
    assert process.returncode == 1


def test_a_blocked_loop_is_ended_by_the_watchdog(backend: str) -> None:
    program = """
from functools import partial

class Impatient(HardExit):
    def arm(self, seconds):
        super().arm(0.3)

async def blocking(root, trigger):
    say("serving")
    await trigger()
    block()

server = blocking
main = partial(main, watchdog=Impatient())
"""
    with started(program, backend, request_seconds=0) as process:
        process.send_signal(signal.SIGTERM)
        said, logged = process.communicate(timeout=LIMIT_SECONDS)
    assert said.splitlines() == ["blocked"]
    assert "in block" in logged
    assert process.returncode == 1


def test_the_third_signal_is_the_last(backend: str) -> None:
    program = """
async def deaf(root, trigger):
    with anyio.CancelScope(shield=True):
        say("serving")
        await anyio.sleep(3600)

server = deaf
"""
    with started(program, backend, request_seconds=0) as process:
        deadline = 100
        while process.poll() is None and deadline:
            process.send_signal(signal.SIGTERM)
            deadline -= 1
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
    assert process.returncode == 128 + signal.SIGTERM
