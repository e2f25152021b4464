"""`overture serve` without any configuration, as a process: what it prints, serves, and how it ends."""

import http.client
import json
import os
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from service.cli.serve import connections_limit
from service.settings import Settings
from tests.cli.overture import LIMIT_SECONDS, ROOT, Served, answered, command, environment, overture, serving

pytestmark = pytest.mark.process

BACKENDS = ("asyncio", "trio")


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_configuration_it_serves_what_it_prints(backend: str, data_dir: Path, tmp_path: Path) -> None:
    with serving("--backend", backend, data_dir=data_dir, log=tmp_path / "log") as served:
        health = served.ask("GET", "/health")
        assert (health.status, health.body["status"], health.body["backend"]) == (200, "ok", backend)
        assert served.ask("GET", "/health/ready").status == 200
        assert served.ask("GET", "/health/startup").status == 200
        user = {"user_id": "demo", "email": "demo@example.com"}
        assert served.ask("POST", "/api/users/store", user).status == 200
        before = served.ask("GET", "/api/credits/balance").body["available"]
        letter = {"job_text": "Backend Engineer\nAcme", "recruiter": {"name": "Ada Park", "company": "Acme"}}
        email = served.ask("POST", "/api/emails/generate", letter)
        assert email.status == 201
        assert served.ask("GET", f"/api/emails/{email.body['id']}").body["subject"] == email.body["subject"]
        assert served.ask("GET", "/api/credits/balance").body["available"] == before - 1
        assert b"overture_event_loop_lag_seconds_bucket" in served.ask("GET", "/metrics").body
        assert served.ask("GET", "/openapi.json").body["openapi"].startswith("3.1")
        assert served.stopped() == 0
    for line in (tmp_path / "log").read_text().splitlines():
        assert json.loads(line)["level"] == "info"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_request_in_flight_finishes_after_sigterm(backend: str, data_dir: Path, tmp_path: Path) -> None:
    with serving("--backend", backend, data_dir=data_dir, log=tmp_path / "log") as served:
        body = json.dumps({"user_id": "demo", "email": "demo@example.com"}).encode()
        connection = _half_sent(served, body)
        keeping = served.connection()  # connected before the drain, as a probe's connection may be
        keeping.connect()
        served.process.send_signal(signal.SIGTERM)
        _await_draining(served)
        refused = served.ask("GET", "/api/users/me")
        assert (refused.status, refused.body["type"]) == (503, "/problems/shutting-down")
        assert "retry-after" in refused.headers
        connection.send(body[10:])
        assert answered(connection).status == 200
        keeping.close()
        assert served.process.wait(30) == 0


def test_patience_has_an_end(data_dir: Path, tmp_path: Path) -> None:
    with serving(data_dir=data_dir, log=tmp_path / "log", OVERTURE_DRAIN_SECONDS="0.2") as served:
        connection = _half_sent(served, b"0123456789 and more")
        assert served.stopped() == 0
        answer = answered(connection)
        assert (answer.status, answer.body["type"]) == (503, "/problems/shutting-down")


def test_interrupting_it_is_a_clean_end(data_dir: Path, tmp_path: Path) -> None:
    with serving(data_dir=data_dir, log=tmp_path / "log") as served:
        assert served.stopped(signal.SIGINT) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_port_in_use_is_said_in_one_line(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = overture("serve", "--port", str(port), data_dir=data_dir)
    assert done.returncode == 1
    assert done.stderr == f"overture: Cannot listen on 127.0.0.1, port {port}: Address already in use.\n"


def test_a_schema_that_is_behind_is_refused(data_dir: Path, tmp_path: Path) -> None:
    with serving(data_dir=data_dir, log=tmp_path / "log"):
        socket_directory = data_dir / "postgresql" / "run"
        url = f"postgresql://postgres@/template1?host={socket_directory}"
        done = overture("serve", "--port", "0", data_dir=data_dir, DATABASE_URL=url)
    assert done.returncode == 1
    assert "overture migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_configuration_is_named_and_costs_no_start(data_dir: Path) -> None:
    done = overture("serve", data_dir=data_dir, PORT="http", OVERTURE_HOST="0.0.0.0")
    assert done.returncode == 2
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == ["PORT", "OVERTURE_JWT_SECRET"]


def _half_sent(served: Served, body: bytes) -> http.client.HTTPConnection:
    """A request of which the server has the head and ten bytes, and so is waiting for the rest."""
    connection = served.connection()
    connection.putrequest("POST", "/api/users/store")
    connection.putheader("Authorization", f"Bearer {served.token}")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[:10])
    while "overture_http_requests_in_flight 2.0" not in served.ask("GET", "/metrics").body.decode():
        pass  # the other one in flight is this question itself
    return connection


def _await_draining(served: Served) -> None:
    while served.ask("GET", "/health/ready").body != {"status": "draining"}:
        pass


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("descriptors", [256, 1024])
def test_silent_connections_keep_nobody_out(backend: str, descriptors: int, data_dir: Path, tmp_path: Path) -> None:
    """With few descriptors and more connections than those, which say nothing."""
    log = tmp_path / "log"
    with serving("--backend", backend, data_dir=data_dir, log=log, descriptors=descriptors) as served:
        with ExitStack() as silent:
            for _ in range(descriptors + descriptors // 5):
                silent.enter_context(socket.create_connection(served.address, timeout=LIMIT_SECONDS))
            assert served.ask("GET", "/health/live").status == 200
            assert served.ask("GET", "/health/ready").status == 200
        assert served.stopped() == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(lines) < 100
    assert [line["level"] for line in lines].count("warning") == 1


@pytest.mark.parametrize(
    ("configured", "descriptors", "connections"),
    [(None, 256, 128), (None, 1024, 512), (None, 65_536, 65_016), (100, 1024, 100), (10_000, 1024, 512)],
)
def test_callers_have_the_descriptors_that_the_rest_leaves(
    configured: int | None, descriptors: int, connections: int
) -> None:
    assert connections_limit(Settings(max_connections=configured), descriptors=descriptors) == connections


def test_a_token_is_printed_to_a_terminal_only(data_dir: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with serving(data_dir=data_dir, log=tmp_path / "log") as served:
        assert served.token not in served.greeting
    process = subprocess.Popen(
        command("serve", "--port", "0"), cwd=ROOT, env=environment(data_dir), stdout=theirs, stderr=subprocess.DEVNULL
    )
    try:
        os.close(theirs)
        with os.fdopen(ours) as terminal:
            shown = next(line for line in terminal if line.startswith("TOKEN="))
    finally:
        process.kill()
        process.wait()
    assert shown.removeprefix("TOKEN=").strip().count(".") == 2
