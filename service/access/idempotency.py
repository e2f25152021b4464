"""One effect per `Idempotency-Key`: claim it before the work, keep the answer with the effect, free it on failure.

The hash of a body that streams in is known only at its end. So its key is claimed with a hash of the rest of the
request, and the hash of the whole is stored with the answer. A repeat is read to its end to compare the two; its body
is dropped, and it gets the stored answer.
"""

import hashlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

import anyio
import structlog

from service.access import store
from service.access.store import Answer
from service.kernel.database import Database, Transaction, sweep
from service.kernel.deadlines import remaining_seconds
from service.kernel.errors import FieldError, InvalidRequest, Kind, ServiceError
from service.kernel.identifiers import UserId

_log = structlog.get_logger(__name__)

# How long a claim outlives its request's deadline: the time the database may take to settle what the deadline cut.
LEASE_GRACE_SECONDS = 30.0
# Freeing a key is one short transaction; the database's own bounds answer sooner.
FREE_TIMEOUT_SECONDS = 5.0
KEY_MAX_CHARACTERS = 255
# One statement of some milliseconds.
KEYS_PER_BATCH = 1_000
BATCHES_MAX = 1_000


class IdempotencyMismatch(ServiceError):
    """The key was used with another body."""

    kind, slug, title = Kind.INVALID, "idempotency-mismatch", "The key belongs to another request"


class IdempotencyInProgress(ServiceError):
    """The first request with the key has not ended."""

    kind, slug, title = Kind.CONFLICT, "idempotency-in-progress", "A request with this key is running"


class AnswerNotRemembered(Exception):
    """A bug in an operation: it committed its effect and remembered no answer to replay."""


Encode = Callable[[Any], Answer]
Remember = Callable[[Transaction, Any], Awaitable[None]]
Handle = Callable[[Remember], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Key:
    """An `Idempotency-Key` as it was sent, and the call it was sent with: the same text elsewhere is another key."""

    method: str
    path: str
    text: str

    def claim(self, claim_id: UUID, user: UserId, asked: bytes) -> store.Claim:
        """Raises InvalidRequest."""
        if not (1 <= len(self.text) <= KEY_MAX_CHARACTERS and self.text.isascii() and self.text.isprintable()):
            what = f"must be 1 to {KEY_MAX_CHARACTERS} printable ASCII characters"
            raise InvalidRequest(f"Idempotency-Key {what}.", errors=[FieldError("/Idempotency-Key", what)])
        return store.Claim(claim_id, user, self.method, self.path, self.text, asked)


class Arriving(Protocol):
    """A body that is read while it arrives."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def digest(self) -> bytes:
        """The hash of the body, once it has been read to its end."""
        ...


class Memory:
    """What `Call.remember` writes to. `answer` is the one that was remembered, whichever attempt of the unit it was."""

    def __init__(self, encode: Encode, claimed: Callable[[], store.Claim] | None = None) -> None:
        self._encode = encode
        self._claimed = claimed
        self.answer: Answer | None = None

    async def remember(self, tx: Transaction, value: Any) -> None:
        answer = self._encode(value)
        if self._claimed is not None:
            await store.remember(tx, self._claimed(), answer)
        self.answer = answer

    async def fill(self, handle: Handle) -> Answer:
        """What `handle` remembered. Raises AnswerNotRemembered."""
        await handle(self.remember)
        if self.answer is None:
            raise AnswerNotRemembered("an operation declared `idempotent` returned without calling `remember`")
        return self.answer


def request_hash(*parts: bytes) -> bytes:
    """What makes two requests with one key the same: every part, each with its length before it."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


class Once:
    """One request with a key, and its body where that is still `arriving`. After `run` ended in an error or a
    cancellation, `kept` is the answer that was committed all the same (the deadline fell between COMMIT and the
    handler's return), or None and the key is free."""

    def __init__(self, db: Database, claim: store.Claim, arriving: Arriving | None = None) -> None:
        self._db = db
        self._claim = claim
        self._arriving = arriving
        self.kept: Answer | None = None

    async def run(self, encode: Encode, handle: Handle) -> Answer:
        """Raises IdempotencyMismatch, IdempotencyInProgress, and what `handle` raises. Cancellation frees the key."""
        is_open = True
        try:
            lease_seconds = min(remaining_seconds(), 24 * 3600) + LEASE_GRACE_SECONDS
            held = await self._db.run(store.claim, self._claim, lease_seconds=lease_seconds)
            is_open = held is None
            if held is not None:
                return await self._replay(held)
            answer = await Memory(encode, self._whole).fill(handle)
            is_open = False
            return answer
        finally:
            if is_open:
                await self._settle()

    def _whole(self) -> store.Claim:
        """The claim with the hash of all that was asked, once all of that is there."""
        if self._arriving is None:
            return self._claim
        return replace(self._claim, body_hash=request_hash(self._claim.body_hash, self._arriving.digest()))

    async def _replay(self, held: store.Held) -> Answer:
        same = self._claim
        if self._arriving is not None and held.answer is not None:
            async for _ in self._arriving:
                pass
            same = self._whole()
        if held.body_hash != same.body_hash:
            raise IdempotencyMismatch("This Idempotency-Key was used with another body; use a new key.")
        if held.answer is None:
            raise IdempotencyInProgress(
                "The first request with this Idempotency-Key is still running; ask again for its answer.",
                retry_after_seconds=max(1, math.ceil(held.lease_left_seconds)),
            )
        headers = {**held.answer.headers, "idempotency-replayed": "true"}
        return Answer(held.answer.status, held.answer.body, held.answer.media_type, headers)

    async def _settle(self) -> None:
        # Shielded: a key that stays claimed makes the caller's retry wait for the lease. One transaction, at most 5 s.
        with anyio.move_on_after(FREE_TIMEOUT_SECONDS, shield=True):
            try:
                self.kept = await self._db.run(store.free, self._claim)
            except ServiceError as error:  # what ended the request is told, not this
                _log.warning("a key is left to its lease", reason=error.slug)


async def purge_idempotency_keys(db: Database) -> int:
    """Delete the expired keys and return their number. One sweep; several may run at once."""
    return await sweep(db, store.purge_expired, rows_per_batch=KEYS_PER_BATCH, batches_max=BATCHES_MAX)
