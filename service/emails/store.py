"""The tables of e-mails, and every statement that touches them."""

from datetime import datetime
from typing import Any, NewType

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    MetaData,
    Row,
    Table,
    Text,
    Uuid,
    cast,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)

from service.crm.model import JobId
from service.emails.model import (
    Caveat,
    Credits,
    Email,
    EmailId,
    Evidence,
    Inputs,
    Missing,
    Recruiter,
    Status,
    Timings,
    WriterUsage,
)
from service.kernel.database import Transaction, export_of, read_page
from service.kernel.database.paging import Listed, Window
from service.kernel.identifiers import UserId
from service.postings.model import JobContextBody

EncodedInputs = NewType("EncodedInputs", str)

metadata = MetaData()

emails = Table(
    "emails",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text),
    Column("status", Text),
    Column("subject", Text),
    Column("body", Text),
    Column("language", Text),
    Column("recruiter_name", Text),
    Column("recruiter_email", Text),
    Column("recruiter_title", Text),
    Column("recruiter_company", Text),
    Column("job_context", JSON(none_as_null=True)),
    Column("evidence", JSON),
    Column("missing", JSON),
    Column("warnings", JSON),
    Column("writer_usage", JSON),
    Column("timings", JSON),
    Column("charged", BigInteger),
    Column("available_after", BigInteger),
    Column("previous_id", Uuid),
    Column("lead_id", BigInteger),
    Column("inputs", JSON),
    Column("created_at", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True)),
)
tombstones = Table("email_tombstones", metadata, Column("id", Uuid, primary_key=True))

# With the inputs, which hold a whole posting and a whole résumé: a page of an export stays within some megabytes.
EXPORTS = (export_of("emails", select(emails), owner=emails.c.user_id, key=(emails.c.id,), rows_per_page=5),)

# The inputs are large (a whole posting, a whole résumé), and only `find_inputs` reads them.
_SHOWN = [column for column in emails.c if column.name != "inputs"]
_SEARCHED = (
    emails.c.subject,
    emails.c.body,
    emails.c.recruiter_name,
    emails.c.recruiter_email,
    emails.c.recruiter_title,
    emails.c.recruiter_company,
)


def encoded(inputs: Inputs) -> EncodedInputs:
    """As they are stored: a megabyte at the most, so it is done before a transaction holds anybody up."""
    return EncodedInputs(msgspec.json.encode(inputs).decode())


async def insert_email(tx: Transaction, email: Email, inputs: EncodedInputs) -> None:
    await tx.execute(
        insert(emails).values(
            id=email.id,
            user_id=email.user,
            status=email.status,
            subject=email.subject,
            body=email.body,
            language=email.language,
            **_recruiter_columns(email.recruiter),
            job_context=None if email.job_context is None else msgspec.to_builtins(email.job_context),
            evidence=msgspec.to_builtins(email.evidence),
            missing=msgspec.to_builtins(email.missing),
            warnings=msgspec.to_builtins(email.warnings),
            writer_usage=msgspec.to_builtins(email.usage),
            timings=msgspec.to_builtins(email.timings),
            charged=email.credits.charged,
            available_after=email.credits.available,
            previous_id=email.previous_id,
            lead_id=email.lead_id,
            inputs=cast(literal(inputs, Text), JSON),
            created_at=email.created_at,
            updated_at=email.updated_at,
        )
    )


async def put_charge(tx: Transaction, email: Email) -> None:
    """What is known once the hold is charged: the balance, and how long storing took."""
    await tx.execute(
        update(emails)
        .where(emails.c.user_id == email.user, emails.c.id == email.id)
        .values(available_after=email.credits.available, timings=msgspec.to_builtins(email.timings))
    )


async def find_email(tx: Transaction, user: UserId, email: EmailId) -> Email | None:
    row = await tx.row(select(*_SHOWN).where(emails.c.user_id == user, emails.c.id == email))
    return None if row is None else _email(row)


async def find_inputs(tx: Transaction, user: UserId, email: EmailId) -> Inputs | None:
    row = await tx.row(select(emails.c.inputs).where(emails.c.user_id == user, emails.c.id == email))
    return None if row is None else msgspec.convert(row.inputs, Inputs)


async def list_emails(
    tx: Transaction, user: UserId, *, status: Status | None, search: str | None, window: Window
) -> Listed[Email]:
    """Newest first. `search` is a case-insensitive substring, its wildcards literal."""
    matching = select(*_SHOWN).where(emails.c.user_id == user)
    if status is not None:
        matching = matching.where(emails.c.status == status)
    if search:
        matching = matching.where(or_(*(column.icontains(search, autoescape=True) for column in _SEARCHED)))
    return await read_page(tx, matching, keys=(emails.c.created_at, emails.c.id), item=_email, window=window)


async def update_draft(
    tx: Transaction, user: UserId, email: EmailId, *, values: dict[str, Any], updated_at: datetime
) -> Email | None:
    """The edited draft; None where there is no such e-mail, or it is no draft."""
    row = await tx.row(
        update(emails)
        .where(emails.c.user_id == user, emails.c.id == email, emails.c.status == Status.DRAFT)
        .values(**values, updated_at=updated_at)
        .returning(*_SHOWN)
    )
    return None if row is None else _email(row)


async def delete_email(tx: Transaction, user: UserId, email: EmailId) -> bool:
    """Remove the e-mail and leave its tombstone; False where there is none."""
    removed = await tx.execute(delete(emails).where(emails.c.user_id == user, emails.c.id == email))
    if removed:
        await tx.execute(insert(tombstones).values(id=email))
    return bool(removed)


async def delete_emails(tx: Transaction, user: UserId) -> int:
    """Remove all of the user's and leave their tombstones; how many there were."""
    gone = delete(emails).where(emails.c.user_id == user).returning(emails.c.id).cte("gone")
    return await tx.execute(insert(tombstones).from_select(["id"], select(gone.c.id)))


def edited_columns(*, subject: str | None, body: str | None, recruiter: Recruiter | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if subject is not None:
        values["subject"] = subject
    if body is not None:
        values["body"] = body
    return values if recruiter is None else values | _recruiter_columns(recruiter)


def _recruiter_columns(recruiter: Recruiter) -> dict[str, str]:
    return {
        "recruiter_name": recruiter.name,
        "recruiter_email": recruiter.email,
        "recruiter_title": recruiter.title,
        "recruiter_company": recruiter.company,
    }


def _email(row: Row[Any]) -> Email:
    return Email(
        id=EmailId(row.id),
        user=UserId(row.user_id),
        status=Status(row.status),
        subject=row.subject,
        body=row.body,
        language=row.language,
        recruiter=Recruiter(row.recruiter_name, row.recruiter_email, row.recruiter_title, row.recruiter_company),
        job_context=None if row.job_context is None else msgspec.convert(row.job_context, JobContextBody),
        evidence=msgspec.convert(row.evidence, tuple[Evidence, ...]),
        missing=msgspec.convert(row.missing, tuple[Missing, ...]),
        warnings=msgspec.convert(row.warnings, tuple[Caveat, ...]),
        usage=msgspec.convert(row.writer_usage, WriterUsage),
        credits=Credits(row.charged, row.available_after),
        timings=msgspec.convert(row.timings, Timings),
        previous_id=None if row.previous_id is None else EmailId(row.previous_id),
        lead_id=None if row.lead_id is None else JobId(row.lead_id),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
