"""The `overture` command as a process of its own, with nothing of this run's environment in it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
# A first start makes a cluster and migrates it: some 5 s on an idle machine, and CI shares its cores.
LIMIT_SECONDS = 120


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    ours = ("OVERTURE_", "LOG_", "PORT", "DATABASE_URL", "GITHUB_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return inherited | {"OVERTURE_DATA_DIR": str(data_dir)} | variables


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "service", *arguments]


def overture(
    *arguments: str, data_dir: Path, given: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(data_dir, **variables),
        input=given or "",
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Served:
    """A serving process: where it is, and the token it printed."""

    process: subprocess.Popen[str]
    greeting: str
    data_dir: Path

    @property
    def address(self) -> tuple[str, int]:
        found = re.search(r"http://[\w.\[\]:]+", self.greeting)
        assert found is not None, self.greeting
        parts = urlsplit(found[0])
        return parts.hostname or "", parts.port or 0

    @cached_property
    def token(self) -> str:
        """What the command prints that stands in the greeting."""
        found = re.search(r"^TOKEN=\$\(overture (.+)\)$", self.greeting, re.MULTILINE)
        assert found is not None, self.greeting
        return overture(*found[1].split(), data_dir=self.data_dir).stdout.strip()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self.address, timeout=LIMIT_SECONDS)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        connection = self.connection()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return answered(connection)

    def stopped(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(LIMIT_SECONDS)


def answered(connection: http.client.HTTPConnection) -> Answer:
    answer = connection.getresponse()
    raw = answer.read()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return Answer(answer.status, headers, json.loads(raw) if "json" in headers.get("content-type", "") else raw)


@contextmanager
def serving(
    *arguments: str, data_dir: Path, log: Path, descriptors: int | None = None, **variables: str
) -> Generator[Served]:
    """`overture serve` on a free port, once it has said how to try it; killed if it still runs at the end. With
    `descriptors`, it can have so many and no more."""
    limit = [] if descriptors is None else ["sh", "-c", f'ulimit -n {descriptors}; exec "$0" "$@"']
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [*limit, *command("serve", "--port", "0", *arguments)],
            cwd=ROOT,
            env=environment(data_dir, **variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        yield Served(process, _greeting(process, log), data_dir)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _greeting(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C stops it" in line:
            return said
    raise AssertionError(f"it ended before it served: {said}\n{log.read_text()}")
