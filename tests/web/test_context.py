"""Every request has an id and a trace, in the log and for those who call out on its behalf."""

from typing import Any

import msgspec
import pytest
import structlog
from structlog.testing import LogCapture

from service.kernel.trace import outgoing
from service.web.context import request_info
from service.web.endpoint import Access, Call, Endpoint
from tests.web.application import Parts

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def inside(_call: Call[None, None]) -> dict[str, Any]:
    """What a handler sees of its request."""
    return {
        "id": request_info().request_id,
        "outgoing": outgoing(),
        "bound": dict(structlog.contextvars.get_contextvars()),
    }


INSIDE = Endpoint("GET", "/inside", inside, access=Access.PUBLIC, answer=dict[str, Any])


async def test_id_and_trace_reach_the_handler_and_what_it_calls() -> None:
    async with Parts().client(INSIDE) as client:
        traceparent = f"00-{TRACE}-00f067aa0ba902b7-01"
        seen = (await client.get("/inside", headers={"x-request-id": "r-1", "traceparent": traceparent})).json()
    assert seen["id"] == "r-1"
    assert seen["bound"] == {"request_id": "r-1", "trace_id": TRACE}
    version, trace, span, flags = seen["outgoing"].split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span != "00f067aa0ba902b7"


async def test_nothing_stays_bound_after_the_request() -> None:
    async with Parts().client(INSIDE) as client:
        await client.get("/inside")
    assert structlog.contextvars.get_contextvars() == {}
    assert outgoing() is None


async def test_each_request_is_one_line_without_its_query() -> None:
    captured = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[captured])
    try:
        async with Parts().client(INSIDE) as client:
            await client.get("/inside?secret=1", headers={"x-request-id": "r-1"})
    finally:
        structlog.configure(processors=before)
    (line,) = [entry for entry in captured.entries if entry["event"] == "request"]
    assert (line["request_id"], line["method"], line["route"], line["status"]) == ("r-1", "GET", "/inside", 200)
    assert "secret" not in repr(line)


async def refused_socket(app: Any, **more: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
    """What a WebSocket's handshake is answered with: status, headers, problem document."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope: dict[str, Any] = {
        "type": "websocket",
        "path": "/socket",
        "headers": [(b"x-request-id", b"r-1")],
        "extensions": {"websocket.http.response": {}},
        **more,
    }
    await app(scope, receive, send)
    start, body = sent
    assert [message["type"].rpartition(".")[0] for message in sent] == ["websocket.http.response"] * 2
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, msgspec.json.decode(body["body"])


async def test_a_handshake_has_an_id_and_is_guarded_and_drained_like_a_request() -> None:
    parts = Parts()
    app = parts.app(INSIDE)
    status, headers, problem = await refused_socket(app)
    assert (status, problem["type"]) == (404, "/problems/not-found")
    assert (headers["x-request-id"], problem["request_id"], problem["instance"]) == ("r-1", "r-1", "/socket")
    assert headers["x-content-type-options"] == "nosniff"

    many = [(b"x-%d" % number, b"1") for number in range(101)]
    assert (await refused_socket(app, headers=many))[0] == 431

    parts.in_flight.refuse()
    status, _, problem = await refused_socket(app)
    assert (status, problem["type"]) == (503, "/problems/shutting-down")


async def test_where_the_server_cannot_answer_a_handshake_the_socket_is_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    await Parts().app(INSIDE)({"type": "websocket", "path": "/socket", "headers": []}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
