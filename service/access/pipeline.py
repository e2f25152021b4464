"""The way of a call, whatever protocol brings it:

    drain -> deadline -> task tree -> whose token -> may they -> rate limit -> stored user
    -> (the protocol takes in what was sent) -> admission -> idempotency -> handler

A surface declares `Rules` for each operation and makes one `CallContext` for each call. `CallContext.run` goes as far
as the stored user and hands over to the surface's `work`, which reads and decodes what was sent and gives the handler
to `CallContext.perform`. The handler's answer wins: once it has returned, or its effect was committed with a key, that
is the answer, whatever the deadline or the caller did meanwhile.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import anyio
import structlog

from service.access.callers import NOBODY, Access, KnownUsers, authorize
from service.access.idempotency import Arriving, Encode, Handle, Key, Memory, Once, request_hash
from service.access.rates import RateLimits, require_room
from service.access.store import Answer
from service.access.tokens import Authenticator
from service.adapters.rate_limits import Rate, Taken
from service.kernel.concurrency import Admission
from service.kernel.database import Database, acting_for
from service.kernel.deadlines import cap_seconds
from service.kernel.errors import DeadlineExceeded
from service.kernel.identifiers import Identifiers
from service.kernel.in_flight import InFlight, ShuttingDown
from service.kernel.telemetry import TaskTree

_log = structlog.get_logger("overture.access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an operation asks of its calls. `name` is how they are called in the live task tree."""

    name: str
    access: Access
    rate: Rate | None  # None: not counted, which has to be said
    is_probe: bool = False  # answers while the process drains too, and the drain does not wait for it
    is_admitted: bool = False  # takes a place among what is in flight in this process
    is_idempotent: bool = False
    keeps_parts: bool = False  # what its handler has committed by the time it is cut off stays

    def __post_init__(self) -> None:
        if self.is_idempotent and self.access is not Access.USER:
            raise ValueError(f"{self.name}: keys belong to stored users; access must be USER")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a call brings, unchecked. `forwarded_for` is the whole of its `X-Forwarded-For`."""

    authorization: str | None = None
    on_behalf_of: str | None = None
    key: Key | None = None
    wanted_seconds: float | None = None
    peer: str = ""
    forwarded_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What every call passes through; made once, in the composition root."""

    authenticator: Authenticator
    known_users: KnownUsers
    db: Database
    admission: Admission
    identifiers: Identifiers
    tasks: TaskTree
    in_flight: InFlight
    rate_limits: RateLimits | None = None  # None: nobody is counted
    request_timeout_seconds: float = 60.0

    @contextmanager
    def enter(self, rules: Rules, scope: anyio.CancelScope) -> Generator["CallContext"]:
        """One call, in flight until the block ends: that is when its answer was delivered. `scope` is that of all that
        is done for the call: its surface cancels it when the caller leaves. Raises ShuttingDown."""
        with nullcontext() if rules.is_probe else self.in_flight.enter(scope):
            yield CallContext(self, rules, scope)


class CallContext:
    """One call on its way. `taken` is what is left of its rate, once it was counted."""

    def __init__(self, pipeline: Pipeline, rules: Rules, scope: anyio.CancelScope) -> None:
        self.principal = NOBODY
        self.taken: Taken | None = None
        self._pipeline = pipeline
        self._rules = rules
        self._scope = scope
        self._key: Key | None = None
        self._once: Once | None = None

    async def run(self, credentials: Credentials, work: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """The answer of `work`, called once the call may be made. None where the caller left and nothing had been
        committed for it. Raises what refuses the call, DeadlineExceeded, ShuttingDown, and what `work` raises."""
        limit_seconds = cap_seconds(credentials.wanted_seconds, self._pipeline.request_timeout_seconds)
        answer: Answer | None = None
        with (
            self._scope,
            anyio.move_on_after(limit_seconds) as deadline,
            self._pipeline.tasks.root("request", self._rules.name),
        ):
            self._authorize(credentials)
            await self._count(credentials)
            answer = await self._for_principal(work)
        answer = answer or (self._once and self._once.kept)
        if answer is None and deadline.cancelled_caught:
            raise DeadlineExceeded(f"The request was not done within its {limit_seconds:g} s; {self._left_behind()}.")
        if answer is None and self._pipeline.in_flight.is_cancelled:
            raise ShuttingDown(f"This process is shutting down; {self._left_behind()}.")
        return answer

    async def perform(
        self, handle: Handle, *, encode: Encode, asked: Sequence[bytes] = (), arriving: Arriving | None = None
    ) -> Answer:
        """What `handle(remember)` returns, encoded. With a key, what was remembered: once, for whoever asks the same.

        `asked` is what a repeat has to say again, `arriving` the part of it that the handler reads. Raises Overloaded,
        InvalidRequest, IdempotencyMismatch, IdempotencyInProgress, and what `handle` raises.
        """
        # No await between the handler's return and that of `run`: what it returned is not lost to a cancellation.
        async with self._pipeline.admission.admit() if self._rules.is_admitted else nullcontext():
            memory = Memory(encode)
            if not self._rules.is_idempotent:
                return encode(await handle(memory.remember))
            if self._key is None:
                return await memory.fill(handle)
            same = request_hash(self.principal.tenant.encode("utf-8"), *asked)
            claim = self._key.claim(self._pipeline.identifiers.uuid7(), self.principal.user, same)
            self._once = once = Once(self._pipeline.db, claim, arriving)
            try:
                return await once.run(encode, handle)
            except Exception as error:
                if once.kept is None:
                    raise
                _log.warning("failed after its effect was committed", exc_info=error)
                return once.kept

    def _authorize(self, credentials: Credentials) -> None:
        self._key = credentials.key
        if self._rules.access is not Access.PUBLIC:
            bearer = self._pipeline.authenticator.principal(credentials.authorization)
            self.principal = authorize(bearer, self._rules.access, credentials.on_behalf_of)

    async def _count(self, credentials: Credentials) -> None:
        limits, rate = self._pipeline.rate_limits, self._rules.rate
        if limits is None or rate is None:
            return
        who = None if self.principal is NOBODY else self.principal
        self.taken = await limits.count(rate, who, peer=credentials.peer, forwarded_for=credentials.forwarded_for)
        require_room(rate, self.taken)

    async def _for_principal(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        if self.principal is NOBODY:
            return await work()
        with acting_for(self.principal.user, self.principal.tenant):
            if self._rules.access is Access.USER:
                await self._pipeline.known_users.require(self.principal.user)
            return await work()

    def _left_behind(self) -> str:
        return "what was taken in of it by then stays" if self._rules.keeps_parts else "nothing of it was kept"
