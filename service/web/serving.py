"""From declarations to an ASGI application: each endpoint's calls go through `access.pipeline`, and stand beside a
task that watches for the client's leaving. Between the two halves of the pipeline the body is read and decoded."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any
from urllib.parse import quote

import anyio
import msgspec
from anyio.abc import TaskGroup
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from service.access.callers import Access
from service.access.idempotency import Remember
from service.access.pipeline import CallContext, Pipeline, Rules
from service.access.store import Answer
from service.kernel.concurrency import Admission
from service.kernel.in_flight import ShuttingDown
from service.web.bodies import file_in, take_in
from service.web.context import request_info
from service.web.decoding import decode_query, path_values
from service.web.endpoint import Call, Download, Endpoint, Events, IncomingBody, Reply, rate_of
from service.web.event_stream import EventChannel, wants_events
from service.web.headers import credentials, for_endpoints, with_rate_fields
from service.web.problems import MethodNotAllowed, NoSuchPath, answer_errors, answer_for
from service.web.receiving import BODY_TIMEOUT_SECONDS, Inbox
from service.web.sending import Channel, FileChannel, deliver, refuse_socket

# Files are held in memory, twice for a moment, as long as their senders take: a quarter of a gigabyte of résumés.
UPLOADS_MAX = 25

_encode = msgspec.json.Encoder().encode


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The query of an endpoint that takes none."""


def routes(
    endpoints: Sequence[Endpoint], pipeline: Pipeline, *, body_timeout_seconds: float = BODY_TIMEOUT_SECONDS
) -> list[BaseRoute]:
    """One route per path, in the order of declaration; the methods of a path share it, so that 405 names them all."""
    uploads = Admission(running=UPLOADS_MAX, waiting=0)
    by_path: defaultdict[str, dict[str, Served]] = defaultdict(dict)
    for endpoint in endpoints:
        if endpoint.method in by_path[endpoint.path]:
            raise ValueError(f"{endpoint.method} {endpoint.path} is declared twice")
        served = Served(endpoint, pipeline, uploads=uploads, body_timeout_seconds=body_timeout_seconds)
        by_path[endpoint.path][endpoint.method] = served
    apps = {path: PathApp(path, methods) for path, methods in by_path.items()}
    plain = {path: app for path, app in apps.items() if "{" not in path}
    known = [PlainPaths(plain), *(Route(path, app) for path, app in apps.items())]
    return [*known, NoSockets(pipeline), UnknownPaths(known)]


class PlainPaths(BaseRoute):
    """All paths without parameters: one look, where Starlette would try its patterns one by one. Below a server's
    `root_path` they are left to those."""

    def __init__(self, apps: "dict[str, PathApp]") -> None:
        self._apps = apps

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_ours = scope["type"] == "http" and not scope.get("root_path")
        app = self._apps.get(scope["path"]) if is_ours else None
        return (Match.NONE, {}) if app is None else (Match.FULL, {"endpoint": app, "path_params": {}})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["endpoint"](scope, receive, send)


class NoSockets(BaseRoute):
    """No path speaks WebSocket: a handshake is told so, and while the process drains, that instead."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._rules = Rules(name="WEBSOCKET", access=Access.PUBLIC, rate=None)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL if scope["type"] == "websocket" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._pipeline.enter(self._rules, anyio.CancelScope()):
                await refuse_socket(scope, send, answer_for(NoSuchPath()))
        except ShuttingDown as error:
            await refuse_socket(scope, send, answer_for(error))


class UnknownPaths(BaseRoute):
    """The last route: what no other takes is answered as every refusal is, so that the connection closes where a body
    was not read. A path with a slash too many or too few leads to the one meant, as Starlette does it."""

    def __init__(self, known: Sequence[BaseRoute]) -> None:
        self._known = known

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        meant = path.rstrip("/") if path.endswith("/") else f"{path}/"
        answer = answer_for(NoSuchPath())
        if any(route.matches({**scope, "path": meant})[0] is not Match.NONE for route in self._known):
            query = scope["query_string"].decode("latin-1")
            answer = Answer(307, b"", headers={"location": quote(meant) + (f"?{query}" if query else "")})
        await deliver(Inbox(scope, receive), send, answer, head_only=scope["method"] == "HEAD")


class PathApp:
    """The endpoints of one path, told apart by method. HEAD is GET without its body."""

    def __init__(self, path: str, methods: "dict[str, Served]") -> None:
        self._path = path
        self._methods = methods
        self._allowed = ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["overture.route"] = self._path
        method = scope["method"]
        served = self._methods.get("GET" if method == "HEAD" else method)
        if served is None:
            await deliver(Inbox(scope, receive), send, answer_for(MethodNotAllowed(self._allowed)))
        else:
            await served(scope, receive, send)


class Served:
    """One endpoint, being served."""

    def __init__(
        self, endpoint: Endpoint, pipeline: Pipeline, *, uploads: Admission, body_timeout_seconds: float
    ) -> None:
        self._endpoint = endpoint
        self._pipeline = pipeline
        self._uploads = uploads
        self._body_timeout_seconds = body_timeout_seconds
        self._rules = Rules(
            name=f"{endpoint.method} {endpoint.path}",
            access=endpoint.access,
            rate=rate_of(endpoint),
            is_probe=endpoint.is_probe,
            is_admitted=endpoint.admitted,
            is_idempotent=endpoint.idempotent,
            keeps_parts=isinstance(endpoint.body, IncomingBody),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inbox = Inbox(scope, receive)
        try:
            with self._pipeline.enter(self._rules, inbox.work) as context:
                if self._rules.rate is not None and self._pipeline.rate_limits is not None:
                    send = with_rate_fields(send, self._rules.rate, context)
                channel = self._channel(scope, inbox, send)
                answer = await channel.during(partial(self._answer, scope, inbox, context, channel))
                if answer is not None:
                    await deliver(inbox, send, answer, head_only=scope["method"] == "HEAD")
        except ShuttingDown as error:
            await deliver(inbox, send, answer_for(error))

    def _channel(self, scope: Scope, inbox: Inbox, send: Send) -> Channel:
        """How the answer goes out."""
        match self._endpoint.sends:
            case Events(last=last) if wants_events(scope):
                return EventChannel(inbox, send, last=last)
            case Download() as file:
                return FileChannel(inbox, send, file, head_only=scope["method"] == "HEAD")
            case _:
                return Channel()

    async def _answer(self, scope: Scope, inbox: Inbox, context: CallContext, channel: Channel) -> Answer | None:
        """None where there is nobody to answer any more."""
        answer: Answer | None = None
        async with anyio.create_task_group() as group:

            async def run() -> Answer | None:
                work = partial(self._work, scope, inbox, context, channel, group)
                return await context.run(credentials(scope), work)

            answer = await answer_errors(run)
            group.cancel_scope.cancel()
        return answer

    async def _work(
        self, scope: Scope, inbox: Inbox, context: CallContext, channel: Channel, group: TaskGroup
    ) -> Answer:
        """Between the two halves of the pipeline: read, decode, hand over."""
        endpoint = self._endpoint
        watch = partial(group.start_soon, inbox.watch)
        async with nullcontext() if file_in(endpoint.body, scope) is None else self._uploads.admit():
            body = await take_in(endpoint.body, scope, inbox, timeout_seconds=self._body_timeout_seconds, watch=watch)
            query = None
            if endpoint.query is not None or endpoint.access is not Access.PUBLIC:
                query = decode_query(scope["query_string"], endpoint.query or NoQuery)
            path = path_values(scope)

            async def handle(remember: Remember) -> Any:
                return await endpoint.handler(
                    Call(
                        principal=context.principal,
                        body=body.value,
                        query=query if endpoint.query else None,
                        path=path,
                        request_id=request_info().request_id,
                        remember=remember,
                        headers=for_endpoints(scope),
                        is_streamed=channel.is_streamed,
                        tell=channel.tell,
                        write=channel.write,
                        name_file=channel.name_file,
                    )
                )

            asked = [scope["query_string"], *body.parts]
            return await context.perform(handle, encode=self._encode, asked=asked, arriving=body.arriving)

    def _encode(self, value: Any) -> Answer:
        endpoint = self._endpoint
        if value is None and endpoint.answer is None:
            return Answer(endpoint.status, b"")
        if not isinstance(value, Reply):
            return Answer(endpoint.status, _encode(value))
        body = value.value if isinstance(value.value, bytes) else _encode(value.value)
        return Answer(value.status or endpoint.status, body, value.media_type, value.headers)
