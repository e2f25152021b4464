"""Reading, editing and deleting e-mails. Each takes the transaction it belongs to."""

from collections.abc import Mapping
from datetime import datetime

from service.emails import store
from service.emails.model import (
    SUBJECT_MAX_CHARS,
    Email,
    EmailId,
    Inputs,
    NotADraft,
    Recruiter,
    body_fault,
    header_fault,
    recruiter_faults,
)
from service.kernel.database import Transaction
from service.kernel.errors import FieldError, InvalidRequest, NotFound
from service.kernel.identifiers import UserId

EXPORTS = store.EXPORTS


async def read(tx: Transaction, *, user: UserId, email: EmailId) -> Email:
    """Raises `NotFound`, also for somebody else's."""
    found = await store.find_email(tx, user, email)
    if found is None:
        raise _not_found(email)
    return found


async def read_inputs(tx: Transaction, *, user: UserId, email: EmailId) -> Inputs:
    """What it was written from. Raises `NotFound`, also for somebody else's."""
    found = await store.find_inputs(tx, user, email)
    if found is None:
        raise _not_found(email)
    return found


async def edit(
    tx: Transaction,
    *,
    user: UserId,
    email: EmailId,
    subject: str | None,
    body: str | None,
    recruiter: Recruiter | None,
    now: datetime,
) -> Email:
    """Change what is given of a draft. Raises `InvalidRequest`, `NotFound`, `NotADraft`."""
    _refuse_unfit(subject=subject, body=body, recruiter=recruiter)
    values = store.edited_columns(subject=subject, body=_lines(body), recruiter=recruiter)
    edited = await store.update_draft(tx, user, email, values=values, updated_at=now)
    if edited is not None:
        return edited
    found = await read(tx, user=user, email=email)
    raise NotADraft(f"The e-mail is {found.status}; only a draft can be edited.")


async def delete(tx: Transaction, *, user: UserId, email: EmailId) -> None:
    """Remove it; its charge stays in the ledger, and a tombstone under its id. Raises `NotFound`."""
    if not await store.delete_email(tx, user, email):
        raise _not_found(email)


def _refuse_unfit(*, subject: str | None, body: str | None, recruiter: Recruiter | None) -> None:
    faults: list[FieldError] = []
    if subject is not None:
        fault = header_fault(subject, max_chars=SUBJECT_MAX_CHARS) or (None if subject.strip() else "Not blank.")
        faults += [FieldError("/subject", fault)] if fault else []
    if body is not None and (fault := body_fault(body)):
        faults.append(FieldError("/body", fault))
    if recruiter is not None:
        faults += recruiter_faults(recruiter, at="/recruiter")
    if faults:
        raise InvalidRequest("The e-mail cannot be changed like this; each place is named.", errors=faults)


def _lines(body: str | None) -> str | None:
    return None if body is None else body.replace("\r\n", "\n").replace("\r", "\n")


def _not_found(email: EmailId) -> NotFound:
    return NotFound(f"There is no e-mail {email}.")


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Delete all the user's e-mails but for their tombstones, by which the ledger finds what was paid for; how many
    there were."""
    return {"emails": await store.delete_emails(tx, user)}
