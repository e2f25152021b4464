"""`service.asgi:app` under a server that is not ours: uvicorn, on the loop it chooses itself (uvloop)."""

import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import anyio
import pytest

from service.asgi import Application
from tests.cli.overture import LIMIT_SECONDS, ROOT, environment
from tests.reachable import reachable_directory

pytestmark = pytest.mark.process

READY = "Uvicorn running on "

SERVE = "import uvicorn; uvicorn.run('service.asgi:app', port=0)"
CRASH = f"""
import anyio, service.asgi
from service.kernel.supervision import Lasting

async def crash():
    await anyio.sleep(0.5)
    raise RuntimeError("a root task")

service.asgi.background_tasks = lambda resources: [Lasting("crashing", crash)]
{SERVE}
"""


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with reachable_directory() as directory:
        yield directory


@contextmanager
def launched(program: str, data_dir: Path, **variables: str) -> Generator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(data_dir, **variables),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def started(program: str, data_dir: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """A process that serves, and where."""
    with launched(program, data_dir) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if READY in line:
                yield process, line.partition(READY)[2].split()[0]
                return
        raise AssertionError("it ended before it served")


def test_it_serves_and_ends_with_its_server(data_dir: Path) -> None:
    with started(SERVE, data_dir) as (process, url):
        with urlopen(f"{url}/health/ready", timeout=LIMIT_SECONDS) as answer:
            assert answer.read() == b'{"status":"ready"}'
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=LIMIT_SECONDS)
    assert "Application shutdown complete" in logged


def test_a_crashed_root_task_stops_the_server(data_dir: Path) -> None:
    with started(CRASH, data_dir) as (process, _url):
        _, logged = process.communicate(timeout=LIMIT_SECONDS)
    assert "a root task crashed" in logged
    assert process.returncode != 0


def test_what_forbids_the_start_stops_the_server(data_dir: Path) -> None:
    with launched(SERVE, data_dir, OVERTURE_POOL_SIZE="none") as process:
        _, logged = process.communicate(timeout=LIMIT_SECONDS)
    assert "OVERTURE_POOL_SIZE" in logged
    assert process.returncode != 0


def test_a_server_without_lifespan_is_told_what_is_missing() -> None:
    async def nothing() -> dict[str, str]:
        return {}

    async def ignored(_message: object) -> None: ...

    with pytest.raises(RuntimeError, match="lifespan"):
        anyio.run(Application(), {"type": "http"}, nothing, ignored)
