"""From declarations to an ASGI application: what happens to one request, in which order.

    authenticate -> rate limit -> read the body -> watch the client -> decode -> stored user -> admission
    -> idempotency -> handler

All of it under the request's deadline and in the live task tree. The handler's answer wins: once it has returned, the
answer is sent, whatever the deadline or the client did meanwhile.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import anyio
import msgspec
from anyio.abc import TaskGroup
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from service.access import store
from service.access.idempotency import AnswerNotRemembered, Memory, Once, request_hash
from service.access.known_users import KnownUsers
from service.access.principal import NOBODY, Principal, authorize
from service.access.rates import RateLimits
from service.access.store import Answer
from service.access.tokens import Authenticator
from service.kernel.concurrency import Admission
from service.kernel.database import Database, acting_for
from service.kernel.deadlines import capped
from service.kernel.errors import DeadlineExceeded
from service.kernel.identifiers import Identifiers
from service.kernel.in_flight import InFlight, ShuttingDown
from service.kernel.telemetry import TaskTree
from service.web.context import occasion
from service.web.decoding import (
    UnsupportedMediaType,
    decode_body,
    decode_query,
    path_values,
    require_json,
    require_media_type,
)
from service.web.downloads import Download
from service.web.endpoint import (
    JSON_BODY_MAX_BYTES,
    Access,
    Call,
    Endpoint,
    Reply,
    named_nowhere,
    rate_of,
    told_nobody,
    written_nowhere,
)
from service.web.events import EventStream, wants_events
from service.web.headers import for_endpoints, header, idempotency_key, on_behalf_of, wanted_seconds
from service.web.limits import Allowance
from service.web.problems import MethodNotAllowed, answer_for, guarded
from service.web.receiving import BODY_TIMEOUT_SECONDS, Inbox, Incoming
from service.web.sending import deliver
from service.web.uploads import FORM, FileField, UploadedFile, is_form, uploaded_file

_encode = msgspec.json.Encoder().encode


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The query of an endpoint that takes none."""


# Files are held in memory, twice for a moment, as long as their senders take: a quarter of a gigabyte of résumés.
UPLOADS_MAX = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What every request passes through; made once, in the composition root."""

    authenticator: Authenticator
    known_users: KnownUsers
    db: Database
    admission: Admission
    identifiers: Identifiers
    tasks: TaskTree
    in_flight: InFlight
    uploads: Admission = field(default_factory=lambda: Admission(running=UPLOADS_MAX, waiting=0))
    rate_limits: RateLimits | None = None  # None: nobody is counted
    request_timeout_seconds: float = 60.0
    body_timeout_seconds: float = BODY_TIMEOUT_SECONDS


def routes(endpoints: Sequence[Endpoint], gate: Gate) -> list[BaseRoute]:
    """One route per path, in the order of declaration; the methods of a path share it, so that 405 names them all."""
    by_path: defaultdict[str, dict[str, Served]] = defaultdict(dict)
    for endpoint in endpoints:
        if endpoint.method in by_path[endpoint.path]:
            raise ValueError(f"{endpoint.method} {endpoint.path} is declared twice")
        by_path[endpoint.path][endpoint.method] = Served(endpoint, gate)
    apps = {path: PathApp(path, methods) for path, methods in by_path.items()}
    plain = {path: app for path, app in apps.items() if "{" not in path}
    return [PlainPaths(plain), *(Route(path, app) for path, app in apps.items())]


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

    def __init__(self, endpoint: Endpoint, gate: Gate) -> None:
        if endpoint.idempotent and endpoint.access is not Access.USER:
            raise ValueError(f"{endpoint.method} {endpoint.path}: keys belong to stored users; access must be USER")
        self._endpoint = endpoint
        self._gate = gate
        self._rate = rate_of(endpoint)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inbox = Inbox(scope, receive)
        try:
            with nullcontext() if self._endpoint.is_probe else self._gate.in_flight.entered(inbox.work):
                await self._exchange(scope, inbox, send)
        except ShuttingDown as error:
            await deliver(inbox, send, answer_for(error))

    async def _exchange(self, scope: Scope, inbox: Inbox, send: Send) -> None:
        allowance = Allowance(self._gate.rate_limits, self._rate)
        send = allowance.told(send)
        if self._endpoint.streamed is not None and wants_events(scope):
            stream = EventStream(inbox, send, last=self._endpoint.streamed.last)
            exchange = Exchange(self._endpoint, self._gate, scope, inbox, allowance, tell=stream.tell)
            answer = await stream.during(partial(self._answer, exchange, inbox))
        elif self._endpoint.download is not None:
            file = Download(
                inbox,
                send,
                media_type=self._endpoint.media_type,
                file_name=self._endpoint.download,
                head_only=scope["method"] == "HEAD",
            )
            exchange = Exchange(
                self._endpoint, self._gate, scope, inbox, allowance, write=file.write, name_file=file.name
            )
            answer = await file.during(partial(self._answer, exchange, inbox))
        else:
            answer = await self._answer(Exchange(self._endpoint, self._gate, scope, inbox, allowance), inbox)
        if answer is not None:
            await deliver(inbox, send, answer, head_only=scope["method"] == "HEAD")

    async def _answer(self, exchange: "Exchange", inbox: Inbox) -> Answer | None:
        """None where there is nobody to answer any more."""
        answer = await exchange.answer()
        if answer is None and not inbox.is_gone:  # the end of the drain cancelled the work, and its client is waiting
            return answer_for(ShuttingDown(f"This process is shutting down; {_kept(self._endpoint)}."))
        return answer


@dataclass(slots=True)
class Exchange:
    """One request on its way to its answer."""

    endpoint: Endpoint
    gate: Gate
    scope: Scope
    inbox: Inbox
    allowance: Allowance
    tell: Callable[[str, Any], None] = told_nobody
    write: Callable[[bytes], Awaitable[None]] = written_nowhere
    name_file: Callable[[str, str], None] = named_nowhere
    once: Once | None = None

    async def answer(self) -> Answer | None:
        """None when the work was cancelled (the client left, the drain ended) and nothing had been committed for it."""
        answer: Answer | None = None
        async with anyio.create_task_group() as group:
            with self.inbox.work:
                answer = await guarded(partial(self._within_deadline, group))
            group.cancel_scope.cancel()
        return (self.once and self.once.kept) or answer

    async def _within_deadline(self, group: TaskGroup) -> Answer:
        limit_seconds = capped(wanted_seconds(self.scope), self.gate.request_timeout_seconds)
        answer: Answer | None = None
        with anyio.move_on_after(limit_seconds), self._in_tree():
            answer = await self._received(group)
        if answer is None:
            raise DeadlineExceeded(f"The request was not done within its {limit_seconds:g} s; {_kept(self.endpoint)}.")
        return answer

    def _in_tree(self) -> Any:
        return self.gate.tasks.root("request", f"{self.endpoint.method} {self.endpoint.path}")

    async def _received(self, group: TaskGroup) -> Answer:
        principal = self._caller()
        await self.allowance.take(self.scope, principal)
        async with self.gate.uploads.admitted() if self.file is not None else nullcontext():
            return await self._taken_in(principal, group)

    def _caller(self) -> Principal | None:
        """None at a public endpoint."""
        if self.endpoint.access is Access.PUBLIC:
            return None
        bearer = self.gate.authenticator.principal(header(self.scope, b"authorization"))
        return authorize(bearer, self.endpoint.access, on_behalf_of(self.scope))

    async def _taken_in(self, principal: Principal | None, group: TaskGroup) -> Answer:
        raw = await self._body(group)
        if principal is None:
            return await self._handled(await self._call(NOBODY, raw), Memory(self._encoded))
        with acting_for(principal.user, principal.tenant):
            if self.endpoint.access is Access.USER:
                await self.gate.known_users.require(principal.user)
            call = await self._call(principal, raw)
            async with self.gate.admission.admitted() if self.endpoint.admitted else nullcontext():
                return await self._performed(call, raw)

    async def _body(self, group: TaskGroup) -> bytes | Incoming:
        """Whole, and then the client is watched; or on its way, and the client is watched at its end."""
        watch = partial(group.start_soon, self.inbox.watch)
        max_bytes, patience_seconds = self.endpoint.body_max_bytes, self.gate.body_timeout_seconds
        if self.endpoint.body is not Incoming:
            if self.file is not None:  # at the pace at which a JSON body may come
                max_bytes = self.file.body_max_bytes
                patience_seconds *= max(1, max_bytes / JSON_BODY_MAX_BYTES)
            raw = await self.inbox.body(max_bytes, patience_seconds)
            watch()
            return raw
        self.inbox.refuse_declared(max_bytes)
        media_type = require_media_type(self.scope, self.endpoint.body_media_types)
        return Incoming(
            self.inbox, media_type=media_type, max_bytes=max_bytes, idle_seconds=patience_seconds, at_end=watch
        )

    async def _call(self, principal: Principal, raw: bytes | Incoming) -> Call[Any, Any]:
        """Decode. `remember` is bound when the key is known."""
        endpoint = self.endpoint
        body = await self._decoded(raw)
        query = None
        if endpoint.query is not None or endpoint.access is not Access.PUBLIC:
            query = decode_query(self.scope["query_string"], endpoint.query or NoQuery)
        return Call(
            principal=principal,
            body=body,
            query=query if endpoint.query else None,
            path=path_values(self.scope),
            request_id=occasion().request_id,
            remember=Memory(self._encoded).remember,
            headers=for_endpoints(self.scope),
            tell=self.tell,
            write=self.write,
            name_file=self.name_file,
        )

    @property
    def file(self) -> FileField | None:
        """What the endpoint says of the file, where the client sends one."""
        return self.endpoint.file if is_form(self.scope) else None

    async def _decoded(self, raw: bytes | Incoming) -> Any:
        endpoint = self.endpoint
        if endpoint.body is bytes or isinstance(raw, Incoming):
            return raw
        if self.file is not None:
            return await uploaded_file(self.scope, raw, self.file)
        if endpoint.body is None and endpoint.file is not None:
            raise UnsupportedMediaType(f"The body must be sent as Content-Type: {FORM}.")
        if endpoint.body is None or (endpoint.is_body_optional and not raw):
            return None
        require_json(self.scope, otherwise=FORM if endpoint.file else None)
        return decode_body(raw, endpoint.body)

    async def _performed(self, call: Call[Any, Any], raw: bytes | Incoming) -> Answer:
        key = idempotency_key(self.scope) if self.endpoint.idempotent else None
        if key is None:
            return await self._handled(call, Memory(self._encoded))
        user, tenant = call.principal.user, call.principal.tenant
        method, path = self.scope["method"], self.scope["path"]
        same = request_hash(tenant.encode("utf-8"), self.scope["query_string"], *_said(call.body, raw))
        claim = store.Claim(self.gate.identifiers.uuid7(), user, method, path, key, same)
        self.once = Once(self.gate.db, claim, raw if isinstance(raw, Incoming) else None)
        return await self.once.run(self._encoded, partial(self._handled, call))

    async def _handled(self, call: Call[Any, Any], memory: Memory) -> Answer:
        if self.endpoint.idempotent:
            call = replace(call, remember=memory.remember)
        value = await self.endpoint.handler(call)
        # No await from here to the end of `answer`: what the handler returned is not lost to a cancellation.
        if not self.endpoint.idempotent:
            return self._encoded(value)
        if memory.answer is None:
            raise AnswerNotRemembered(f"{self.endpoint.method} {self.endpoint.path} returned without call.remember()")
        return memory.answer

    def _encoded(self, value: Any) -> Answer:
        if value is None and self.endpoint.answer is None:
            return Answer(self.endpoint.status, b"")
        if not isinstance(value, Reply):
            return Answer(self.endpoint.status, _encode(value), self.endpoint.media_type)
        body = value.value if isinstance(value.value, bytes) else _encode(value.value)
        return Answer(value.status or self.endpoint.status, body, value.media_type, value.headers)


def _said(body: Any, raw: bytes | Incoming) -> Sequence[bytes]:
    """What a repeat must say again, as far as it is there before the handler reads."""
    if isinstance(raw, Incoming):
        return (raw.media_type.encode(),)
    return (body.name.encode(), body.content) if isinstance(body, UploadedFile) else (raw,)


def _kept(endpoint: Endpoint) -> str:
    if endpoint.body is Incoming:
        return "what was taken in of it by then stays"
    return "nothing of it was kept"
