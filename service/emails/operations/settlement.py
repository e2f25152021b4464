"""The two ends of a generation: the hold that opens it, and the one transaction that pays for it; in between, the
promise that whatever else happens the coins come back."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import anyio
import structlog

from service.accounts import operations as accounts
from service.adapters.language_model import ModelCall
from service.credits import operations as credits
from service.credits.model import CreditsExhausted, HoldId, HoldNotOpen
from service.crm.leads import operations as leads
from service.crm.model import JobId
from service.emails import store
from service.emails.model import Credits, Email, EmailId, EmailStatus, Inputs, LeadOfTenant, Terms, Timings, WriterUsage
from service.emails.store import EncodedInputs
from service.events import publish
from service.kernel.concurrency import BranchEvent, Report
from service.kernel.database import CommitUnknown, Database, DatabaseUnavailable, Transaction, UserGone
from service.kernel.deadlines import remaining_seconds
from service.kernel.errors import DeadlineExceeded, ServiceError
from service.kernel.identifiers import Identifiers, UserId
from service.kernel.telemetry import doing
from service.usage import operations as usage
from service.usage.model import Outcome, Usage, total_cost

_log = structlog.get_logger(__name__)

# Called inside the last unit of work with the e-mail as it will be answered: idempotency keys are remembered there.
Remember = Callable[[Transaction, Email], Awaitable[None]]

# Giving back a hold and writing a usage row are two short transactions of milliseconds; a database that takes longer is
# ill, and the sweeper releases the hold when it has expired.
RELEASE_SECONDS = 3.0
RECORD_SECONDS = 2.0
# Reading one row by its key, after the connection that would have told us broke.
READ_BACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation: its e-mail's id, which is also the operation of its hold and of its usage row.

    `calls` are the calls of a language model made for it so far, whatever became of each.
    """

    email: EmailId
    user: UserId
    hold: HoldId
    price: int
    began_at: float
    lead: LeadOfTenant | None = None
    calls: list[ModelCall] = field(default_factory=list[ModelCall])


async def forget(_tx: Transaction, _email: Email) -> None:
    """The `remember` of a request without an idempotency key: there is nothing to keep."""


@asynccontextmanager
async def open_generation(
    *, user: UserId, lead: LeadOfTenant | None, db: Database, identifiers: Identifiers, terms: Terms
) -> AsyncGenerator[Generation]:
    """Reserve the price on entry; when the body is cancelled or fails, give it back and keep one usage row.

    Raises `CreditsExhausted` or `UserGone` (nothing was reserved, nothing is recorded). A `CommitUnknown` that leaves
    the body means that the e-mail may exist: the hold is then the sweeper's.
    """
    generation = Generation(
        email=EmailId(identifiers.uuid7()),
        user=user,
        hold=HoldId(identifiers.uuid7()),
        price=terms.price,
        began_at=anyio.current_time(),
        lead=lead,
    )
    left: Outcome | None = Outcome.FAILED
    is_reserved = False
    try:
        doing("reserving")
        await db.run(
            credits.reserve,
            user=user,
            amount=generation.price,
            operation=generation.email,
            hold=generation.hold,
            expires_in_seconds=min(remaining_seconds(), terms.request_timeout_seconds) + terms.hold_grace_seconds,
        )
        is_reserved = True
        yield generation
        left = None
    except CreditsExhausted as error:
        left = None
        raise await why_refused(error, user, db) from error
    except CommitUnknown:
        left = None if is_reserved else left
        raise
    except anyio.get_cancelled_exc_class():
        left = Outcome.CANCELLED
        raise
    finally:
        if left is not None:
            await _undo(generation, left, db=db, identifiers=identifiers)


async def why_refused(error: ServiceError, user: UserId, db: Database) -> ServiceError:
    """`error`, or `UserGone` where the account was deleted meanwhile: coins, holds and documents went with it."""
    if await db.read(accounts.is_stored, user):
        return error
    return UserGone("The user was deleted meanwhile; nothing was kept.")


async def _undo(generation: Generation, outcome: Outcome, *, db: Database, identifiers: Identifiers) -> None:
    """Give the coins back and keep the usage row; each is tried whatever became of the other."""
    doing("releasing")
    if reason := await _why_undone(lambda: db.run(credits.release, hold=generation.hold), RELEASE_SECONDS):
        _log.warning("hold left to the sweeper", hold=str(generation.hold), reason=reason)
    record = _usage(generation, outcome, _last(generation.calls), identifiers)
    if reason := await _why_undone(lambda: db.run(usage.record, record), RECORD_SECONDS):
        _log.warning("usage row lost", operation=str(generation.email), outcome=outcome, reason=reason)


async def _why_undone(step: Callable[[], Awaitable[object]], seconds: float) -> str | None:
    """Run the step. Returns why it may not have been done, or None where it was done."""
    # Shielded for at most `seconds`: whoever cancelled waits for the coins to be back, not for an ill database.
    with anyio.move_on_after(seconds, shield=True):
        try:
            await step()
        except ServiceError as error:
            return error.slug
        return None
    return f"not within {seconds:g} s"


async def settle(
    generation: Generation,
    letter: Email,
    inputs: Inputs,
    *,
    db: Database,
    identifiers: Identifiers,
    report: Report,
    remember: Remember,
) -> Email:
    """Store the e-mail, charge the hold, record the usage and remember the answer, in one transaction.

    Nothing is awaited after the commit. Raises `DeadlineExceeded` where the hold has expired meanwhile, `UserGone`
    where the account was deleted, and `CommitUnknown` where the commit's answer was lost and the e-mail cannot be
    looked up.
    """
    doing("storing")
    report(BranchEvent("store", "started"))
    began_at = anyio.current_time()
    record = _usage(generation, Outcome.SUCCEEDED, letter.usage, identifiers)
    encoded = store.encoded(inputs)
    kept = partial(_keep, generation=generation, letter=letter, inputs=encoded, record=record, remember=remember)
    try:
        email = await db.run(kept)
    except HoldNotOpen as error:
        report(BranchEvent("store", "failed"))
        ran_out = DeadlineExceeded("The reservation of credits ran out before the e-mail was done.")
        raise await why_refused(ran_out, generation.user, db) from error
    except CommitUnknown:
        email = await _read_back(generation, db=db)
    report(BranchEvent("store", "finished", round((anyio.current_time() - began_at) * 1000)))
    return email


async def _keep(
    tx: Transaction, *, generation: Generation, letter: Email, inputs: EncodedInputs, record: Usage, remember: Remember
) -> Email:
    began_at = anyio.current_time()
    letter = replace(letter, lead_id=await _noted(tx, generation, letter))
    await store.insert_email(tx, letter, inputs)
    await publish(tx, EmailStatus(letter.id, letter.status), user=generation.user)
    await usage.record(tx, record)
    # From here on the user's other requests wait for the wallet, so what is large has been sent by now.
    balance = await credits.charge(
        tx, hold=generation.hold, amount=generation.price, reference=f"email:{generation.email}"
    )
    # The answer that is stored, remembered and returned is one and the same, so this last write is not in the figure.
    email = replace(
        letter,
        credits=Credits(charged=generation.price, available=balance.available),
        timings=_with_store(letter.timings, round((anyio.current_time() - began_at) * 1000)),
    )
    await store.put_charge(tx, email)
    await remember(tx, email)
    return email


async def _noted(tx: Transaction, generation: Generation, letter: Email) -> JobId | None:
    """The lead whose history names the e-mail now; None where it is written for none, or that is gone meanwhile."""
    if generation.lead is None:
        return None
    await accounts.lock_against_erasure(tx, generation.user)  # before the lead, as an erasure does
    tenant, lead = generation.lead.tenant, generation.lead.lead
    is_there = await leads.note_email(
        tx, tenant=tenant, lead=lead, email=letter.id, status=letter.status, now=letter.created_at
    )
    return lead if is_there else None


def _with_store(timings: Timings, store_ms: int) -> Timings:
    return Timings(timings.total_ms + store_ms, {**timings.branches, "store": store_ms})


async def _read_back(generation: Generation, *, db: Database) -> Email:
    """What became of a commit whose answer was lost.

    Raises `DatabaseUnavailable` where it certainly did not happen, `CommitUnknown` where that cannot be found out.
    """
    # Shielded for at most READ_BACK_SECONDS: the request may be out of time, and the answer is worth the wait.
    with anyio.move_on_after(READ_BACK_SECONDS, shield=True):
        try:
            email = await _became(generation, db=db)
        except (CommitUnknown, DatabaseUnavailable) as error:
            raise _unknown(generation) from error
        if email is None:
            raise DatabaseUnavailable("The e-mail could not be stored; nothing was charged.")
        return email
    raise _unknown(generation)


async def _became(generation: Generation, *, db: Database) -> Email | None:
    """The e-mail, or None where there is none and never will be.

    The commit may still be under way on the server. Releasing the hold waits for its row: if that succeeds, the charge
    has not happened and cannot any more; if not, it has, and the e-mail is there.
    """
    if (email := await db.read(store.find_email, generation.user, generation.email)) is not None:
        return email
    if await db.run(credits.release, hold=generation.hold):
        return None
    if (email := await db.read(store.find_email, generation.user, generation.email)) is not None:
        return email
    raise _unknown(generation)


def _unknown(generation: Generation) -> CommitUnknown:
    return CommitUnknown(
        f"Whether the e-mail {generation.email} was stored is not known; look it up before trying again."
    )


def sums(writer: WriterUsage, calls: Sequence[ModelCall]) -> WriterUsage:
    """The usage of all calls together, under the name of the writer; the offline composer makes no calls."""
    if not calls:
        return writer
    return replace(
        writer,
        input_tokens=sum(call.input_tokens for call in calls),
        output_tokens=sum(call.output_tokens for call in calls),
    )


def _last(calls: Sequence[ModelCall]) -> WriterUsage:
    """The usage of a generation in which no model answered, under the name of the last one asked."""
    return sums(WriterUsage(calls[-1].provider, calls[-1].model), calls) if calls else WriterUsage("", "")


def _usage(generation: Generation, outcome: Outcome, writer: WriterUsage, identifiers: Identifiers) -> Usage:
    calls = tuple(map(usage.call_usage, generation.calls))
    return Usage(
        id=identifiers.uuid7(),
        user=generation.user,
        operation=generation.email,
        outcome=outcome,
        provider=writer.provider,
        model=writer.model,
        input_tokens=writer.input_tokens,
        output_tokens=writer.output_tokens,
        cost=total_cost(calls),
        calls=calls,
    )
