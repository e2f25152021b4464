"""Asking a language model for what the readers of a posting left open.

Nobody is worse off for it: whoever waits has what the readers found, and keeps that where the model is late, fails, is
asked by too many or finds nothing. Each asking is one operation of the user it was begun for, with a usage row of its
own, whatever became of it; where several wait for the same posting, it is the first one's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol
from uuid import UUID

import anyio
import structlog
from anyio.lowlevel import checkpoint

from service.adapters.language_model import LanguageModel, ModelCall, ModelUnavailable, Unheard
from service.adapters.rate_limits import Rate, RateLimiter
from service.kernel.clock import Clock
from service.kernel.concurrency import Admission
from service.kernel.database import Database, Transaction, acting_for
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import Overloaded, ServiceError
from service.kernel.identifiers import Identifiers, UserId, personal_tenant
from service.postings import store
from service.postings.addresses import host
from service.postings.model import JobContext, Refreshed
from service.postings.reading import by_model
from service.postings.reading.findings import Field
from service.postings.single_flight import SingleFlight

log = structlog.get_logger(__name__)

# A small model copies some thirty lines in three to eight seconds, and the caller asked for nothing but this posting.
WHOLE_SECONDS = 10.0
# A letter waits for it, and has 4 s for the posting in all. A few names are there in one or two; lists would not be,
# and the model that writes the letter reads the whole text anyway.
BRIEF_SECONDS = 2.5
# One row, in milliseconds; a database that takes longer is ill, and whoever waits here may be out of time.
RECORD_SECONDS = 1.0

# Beside the letters, of which a process writes 200 at once over the same connections.
RUNNING_MAX = 20
# A burst as large again, which is served within the patience of whoever waits.
WAITING_MAX = 20
# Reading a posting costs no coin. With 4 000 tokens each this is what one account can make somebody else pay for in an
# hour; people who look for work read fewer postings a day.
EXTRACTIONS = Rate("extract", quota=120, window_seconds=3600)
# So long a stored posting is answered as it is though a model has not read it yet: one that was late or away is not
# asked with every request.
UNREAD_SECONDS = 600.0


class RecordCalls(Protocol):
    """`usage.operations.record_calls`: one operation's calls, as a row of its user."""

    async def __call__(
        self,
        tx: Transaction,
        calls: Sequence[ModelCall],
        *,
        id: UUID,
        user: UserId,
        operation: UUID,
        outcome: Literal["succeeded", "failed", "cancelled"],
    ) -> bool: ...


def extraction_admission() -> Admission:
    """Admits as many extractions as one process may run at once, and lets a burst wait."""
    return Admission(running=RUNNING_MAX, waiting=WAITING_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReader:
    """A language model as a reader of postings, one for the process. Without a `limiter` nobody is counted."""

    model: LanguageModel
    db: Database
    identifiers: Identifiers
    clock: Clock
    record: RecordCalls
    admission: Admission
    limiter: RateLimiter | None

    async def read(self, context: JobContext, asked: Sequence[Field], *, user: UserId) -> JobContext | None:
        """The context with what the model found; None where it gave no answer that can be read, or was not asked."""
        try:
            async with self.admission.admit():
                if self.limiter is not None and not (await self.limiter.take(f"user:{user}", EXTRACTIONS)).is_allowed:
                    log.info("posting not read by a model", reason="the user has had as many as an hour allows")
                    return None
                return await self._asked(context, asked, user)
        except (ModelUnavailable, Overloaded) as error:
            log.info("posting not read by a model", reason=error.slug)
            return None

    async def _asked(self, context: JobContext, asked: Sequence[Field], user: UserId) -> JobContext | None:
        calls: list[ModelCall] = []
        outcome: Literal["succeeded", "failed", "cancelled"] = "failed"
        try:
            prompt = by_model.prompt_for(context, asked, boundary=self.identifiers.token())
            listener = Unheard(partial(by_model.is_answer, asked=asked))
            answer = await self.model.answer(prompt, listener=listener, on_call=calls.append)
            await checkpoint()  # looking it up takes some milliseconds
            reading = by_model.read(answer.text, context, asked)
            outcome = "succeeded"
            return by_model.supplemented(context, reading, now=self.clock.now())
        except anyio.get_cancelled_exc_class():
            outcome = "cancelled"
            raise
        finally:
            if calls:
                await self._account(calls, outcome, user)

    async def _account(
        self, calls: Sequence[ModelCall], outcome: Literal["succeeded", "failed", "cancelled"], user: UserId
    ) -> None:
        operation = self.identifiers.uuid7()
        record = partial(self.record, calls=calls, id=self.identifiers.uuid7(), user=user, operation=operation)
        reason = f"not within {RECORD_SECONDS:g} s"  # unless it ends before
        # Shielded for at most RECORD_SECONDS: what was spent is written down though nobody waits for the answer. The
        # row is walled off by its user; which tenant they acted for does not matter to it.
        with anyio.move_on_after(RECORD_SECONDS, shield=True), acting_for(user, personal_tenant(user)):
            try:
                await self.db.run(partial(record, outcome=outcome))
                reason = ""
            except ServiceError as error:
                reason = error.slug
        if reason:
            log.warning("usage row lost", operation=str(operation), outcome=outcome, reason=reason)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one caller may have of a model: for whom, and whether a letter waits for it (`is_brief`)."""

    reader: ModelReader
    user: UserId
    is_brief: bool = False

    def asked_for(self, context: JobContext) -> tuple[Field, ...]:
        return by_model.asked_for(context, is_brief=self.is_brief)

    def is_due(self, stored: store.Stored) -> bool:
        """Whether a stored posting that no model has read yet should be had anew for this caller."""
        return stored.is_unread and stored.age_seconds > UNREAD_SECONDS and bool(self.asked_for(stored.context))

    async def supplement(self, context: JobContext) -> JobContext:
        """`context` with what the model adds in time; as it is where that is nothing."""
        asked = self.asked_for(context)
        if asked:
            with anyio.move_on_after(self._patience_seconds()):
                return await self.reader.read(context, asked, user=self.user) or context
        return context

    async def supplement_stored(
        self, refreshed: Refreshed, address: str, *, single_flight: SingleFlight[Refreshed], db: Database
    ) -> JobContext:
        """The same for a posting that was just stored: asked once for all who wait for it, and stored again."""
        if not refreshed.is_unread or not self.asked_for(refreshed.context):
            return refreshed.context
        key = f"{'names' if self.is_brief else 'all'} of {address}"
        call = partial(self._read_and_stored, refreshed, address, db)
        with anyio.move_on_after(self._patience_seconds()):
            try:
                return (await single_flight.join(key, call, name=f"extract {host(address)}")).context
            except ServiceError as error:
                log.info("posting not read by a model", reason=error.slug)
        return refreshed.context

    async def _read_and_stored(self, refreshed: Refreshed, address: str, db: Database) -> Refreshed:
        found = await self.reader.read(refreshed.context, self.asked_for(refreshed.context), user=self.user)
        if found is None:
            return refreshed
        has_lists = bool(found.requirements or found.responsibilities)
        read = Refreshed(found, refreshed.content_hash, is_unread=self.is_brief and not has_lists)
        await db.run(store.put_reading, address, read)
        return read

    def _patience_seconds(self) -> float:
        return attempt_seconds(BRIEF_SECONDS if self.is_brief else WHOLE_SECONDS, remaining_seconds())
