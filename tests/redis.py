"""A real redis-server of the tests' own, which can be stopped, frozen and started again at the same place."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BINARY = shutil.which("redis-server") or shutil.which("valkey-server")
START_SECONDS = 10.0

needs_redis = pytest.mark.skipif(
    BINARY is None, reason="no redis-server on PATH: install the distribution's package (redis-server or valkey)"
)

# coredis leaves the buffers of a connection that could not be made to the garbage collector.
forgives_coredis = (
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("coredis_is_swept_up"),
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RedisServer:
    """Not running until `start`; nothing of it is kept on disk."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        assert BINARY
        command = [BINARY, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        give_up_at = time.monotonic() + START_SECONDS
        while self.command("PING") != b"+PONG\r\n":
            assert time.monotonic() < give_up_at, "redis-server does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def command(self, line: str) -> bytes:
        """What it says to one line of its plain protocol; nothing where it is not there."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(line.encode() + b"\r\n")
                return connection.recv(1_000_000)
        except OSError:
            return b""


@contextmanager
def redis_server(folder: Path) -> Generator[RedisServer]:
    """One that is started by whoever wants it to run."""
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.stop()
