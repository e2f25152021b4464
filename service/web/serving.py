"""From declarations to an ASGI application: what happens to one request, in which order.

    authenticate -> rate limit -> read the body -> watch the client -> decode -> stored user -> admission
    -> idempotency -> handler

All of it under the request's deadline and in the live task tree. The handler's answer wins: once it has returned, the
answer is sent, whatever the deadline or the client did meanwhile.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import anyio
import msgspec
from anyio.abc import TaskGroup
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from service.kernel.concurrency import Admission
from service.kernel.database import Database, acting_for
from service.kernel.deadlines import capped
from service.kernel.errors import DeadlineExceeded
from service.kernel.identifiers import Identifiers
from service.kernel.supervision import InFlight, ShuttingDown
from service.kernel.telemetry import TaskTree
from service.web import store
from service.web.answer import Answer
from service.web.callers import NOBODY, caller
from service.web.context import occasion
from service.web.decoding import decode_body, decode_query, path_values, require_json
from service.web.downloads import Download
from service.web.endpoint import Access, Call, Endpoint, Reply, told_nobody, written_nowhere
from service.web.events import EventStream, wants_events
from service.web.headers import for_endpoints, idempotency_key, wanted_seconds
from service.web.idempotency import AnswerNotRemembered, Memory, Once, request_hash
from service.web.known_users import KnownUsers
from service.web.limits import Allowance, RateLimits, rate_of
from service.web.principal import Principal
from service.web.problems import MethodNotAllowed, answer_for, guarded
from service.web.receiving import BODY_TIMEOUT_SECONDS, Inbox
from service.web.sending import deliver
from service.web.tokens import Authenticator

_encode = msgspec.json.Encoder().encode


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The query of an endpoint that takes none."""


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
    return [Route(path, PathApp(path, methods)) for path, methods in by_path.items()]


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
            exchange = Exchange(self._endpoint, self._gate, scope, inbox, allowance, write=file.write)
            answer = await file.during(partial(self._answer, exchange, inbox))
        else:
            answer = await self._answer(Exchange(self._endpoint, self._gate, scope, inbox, allowance), inbox)
        if answer is not None:
            await deliver(inbox, send, answer, head_only=scope["method"] == "HEAD")

    async def _answer(self, exchange: "Exchange", inbox: Inbox) -> Answer | None:
        """None where there is nobody to answer any more."""
        answer = await exchange.answer()
        if answer is None and not inbox.is_gone:  # the end of the drain cancelled the work, and its client is waiting
            return answer_for(ShuttingDown("This process is shutting down; nothing of the request was kept."))
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
            raise DeadlineExceeded(f"The request was not done within its {limit_seconds:g} s; nothing of it was kept.")
        return answer

    def _in_tree(self) -> Any:
        return self.gate.tasks.root("request", f"{self.endpoint.method} {self.endpoint.path}")

    async def _received(self, group: TaskGroup) -> Answer:
        principal = caller(self.scope, self.endpoint.access, self.gate.authenticator)
        await self.allowance.take(self.scope, principal)
        raw = await self.inbox.body(self.endpoint.body_max_bytes, self.gate.body_timeout_seconds)
        group.start_soon(self.inbox.watch)
        if principal is None:
            return await self._handled(self._call(NOBODY, raw), Memory(self._encoded))
        with acting_for(principal.user, principal.tenant):
            if self.endpoint.access is Access.USER:
                await self.gate.known_users.require(principal.user)
            call = self._call(principal, raw)
            async with self.gate.admission.admitted() if self.endpoint.admitted else nullcontext():
                return await self._performed(call, raw)

    def _call(self, principal: Principal, raw: bytes) -> Call[Any, Any]:
        """Decode. `remember` is bound when the key is known."""
        endpoint = self.endpoint
        body = query = None
        if endpoint.body is bytes:
            body = raw
        elif endpoint.body is not None and (raw or not endpoint.is_body_optional):
            require_json(self.scope)
            body = decode_body(raw, endpoint.body)
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
        )

    async def _performed(self, call: Call[Any, Any], raw: bytes) -> Answer:
        key = idempotency_key(self.scope) if self.endpoint.idempotent else None
        if key is None:
            return await self._handled(call, Memory(self._encoded))
        user, tenant = call.principal.user, call.principal.tenant
        method, path = self.scope["method"], self.scope["path"]
        same = request_hash(tenant.encode("utf-8"), self.scope["query_string"], raw)
        claim = store.Claim(self.gate.identifiers.uuid7(), user, method, path, key, same)
        self.once = Once(self.gate.db, claim)
        return await self.once.run(self._encoded, partial(self._handled, call))

    async def _handled(self, call: Call[Any, Any], memory: Memory) -> Answer:
        value = await self.endpoint.handler(replace(call, remember=memory.remember))
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
