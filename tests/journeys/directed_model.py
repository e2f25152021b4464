"""The fake model behind a service, told for each request of a caller what to do: the trace tells them apart."""

import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.fakes.model_server import ModelServer, model_server
from tests.fakes.model_talk import Manner, Seen
from tests.journeys.test_main_job import REQUEST

GENERATE = "/api/emails/generate"
EVENTS = "text/event-stream"
CHAIN = ("first", "second")


@dataclass
class DirectedModel:
    server: ModelServer
    otherwise: str = "ok"
    faults: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def told(self, **faults: str) -> dict[str, str]:
        """The headers of a request for which each model named does what is said, as often as it is asked."""
        trace = secrets.token_hex(16)
        self.faults[trace] = faults
        return {"traceparent": f"00-{trace}-{'1' * 16}-01"}

    def seen(self, headers: Mapping[str, str]) -> list[Seen]:
        """What the model was asked on behalf of the request with these headers."""
        trace = _trace(headers)
        return [seen for seen in self.server.requests if _trace(seen.headers) == trace]

    def fault_for(self, model: str) -> str:
        return self.faults.get(_trace(self.server.requests[-1].headers), {}).get(model, self.otherwise)


@asynccontextmanager
async def directed_model(port: int, manner: Manner | None = None) -> AsyncGenerator[DirectedModel]:
    async with model_server(manner, port=port) as server:
        directed = DirectedModel(server)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server, "fault_for", directed.fault_for)
            yield directed


@dataclass(frozen=True)
class Answered:
    """An answer of either form: the events of a stream, of which the last one is the answer, or the document alone."""

    status: int
    events: list[tuple[str, Any]]

    @property
    def document(self) -> Any:
        return self.events[-1][1]

    @property
    def is_email(self) -> bool:
        return self.status == 201 or (self.status == 200 and self.events[-1][0] == "email")

    @property
    def problem(self) -> tuple[int, str]:
        assert self.events[-1][0] == "problem", self.events[-1]
        return self.document["status"], self.document["type"].rpartition("/")[2]

    def named(self, name: str) -> list[Any]:
        return [data for each, data in self.events if each == name]


async def asked(client: httpx.AsyncClient, *, is_streamed: bool, body: Any = REQUEST, **headers: str) -> Answered:
    """Generate as JSON or as a stream; the stream's last event is the only one of its kind."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if is_streamed:
        sent["Accept"] = EVENTS
    async with client.stream("POST", GENERATE, json=body, headers=sent) as answer:
        if answer.headers["content-type"].startswith(EVENTS):
            events = [event async for event in events_of(answer)]
            assert [name for name, _ in events if name in {"email", "problem"}] == [events[-1][0]], events
        else:
            document = json.loads(await answer.aread())
            events = [("email" if answer.status_code < 400 else "problem", document)]
    return Answered(answer.status_code, events)


async def events_of(answer: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def _trace(headers: Mapping[str, str]) -> str:
    return headers.get("traceparent", "--").split("-")[1]
