"""What e-mails look like on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.crm.model import JobId
from service.emails.model import (
    ADDRESS_MAX_CHARS,
    BODY_MAX_CHARS,
    INSTRUCTIONS_MAX_CHARS,
    JOB_TEXT_MAX_CHARS,
    LANGUAGE_PATTERN,
    LINE_MAX_CHARS,
    MAX_WORDS_DEFAULT,
    MAX_WORDS_LEAST,
    MAX_WORDS_MOST,
    SUBJECT_MAX_CHARS,
    Caveat,
    Credits,
    Email,
    Evidence,
    GenerateRequest,
    Missing,
    Overrides,
    Recruiter,
    Status,
    Timings,
    Tone,
    WriterUsage,
)
from service.postings.model import URL_MAX_CHARS, JobContextBody
from service.projects.model import LOGIN_IN_WORDS, LOGIN_MAX_CHARS, LOGIN_PATTERN
from service.web.decoding import NO_NUL, ONE_LINE
from service.web.paging import Paging

SEARCH_MAX_CHARS = 200

# These end up in mail headers.
Line = Annotated[str, Meta(max_length=LINE_MAX_CHARS, pattern=ONE_LINE)]
Language = Annotated[
    str, Meta(pattern=LANGUAGE_PATTERN, max_length=20, description="a language tag such as en or de-AT")
]
Words = Annotated[int, Meta(ge=MAX_WORDS_LEAST, le=MAX_WORDS_MOST)]
Instructions = Annotated[str, Meta(max_length=INSTRUCTIONS_MAX_CHARS, pattern=NO_NUL)]


class RecruiterBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the e-mail is for; a name or a company is needed."""

    name: Line | None = None
    email: Annotated[str, Meta(max_length=ADDRESS_MAX_CHARS, pattern=ONE_LINE)] | None = None
    title: Line | None = None
    company: Line | None = None


class GenerateEmail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most one of `job_url`, `job_text` and `job_id`; at most one of `resume_id` and `resume`."""

    recruiter: RecruiterBody
    job_url: Annotated[str, Meta(max_length=URL_MAX_CHARS, pattern=NO_NUL)] | None = None
    job_text: Annotated[str, Meta(min_length=1, max_length=JOB_TEXT_MAX_CHARS, pattern=NO_NUL)] | None = None
    job_id: (
        Annotated[int, Meta(ge=1, description="A job of the CRM; its lead's history will name the e-mail.")] | None
    ) = None
    resume_id: UUID | None = None
    resume: Annotated[dict[str, Any], Meta(description="A JSON Resume document.")] | None = None
    github: (
        Annotated[str, Meta(max_length=LOGIN_MAX_CHARS, pattern=LOGIN_PATTERN, description=LOGIN_IN_WORDS)] | None
    ) = None
    tone: Tone = Tone.PROFESSIONAL
    language: Annotated[Language | None, Meta(description="By default the posting's, else English.")] = None
    max_words: Words = MAX_WORDS_DEFAULT
    instructions: Instructions | None = None


class RegenerateEmail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may differ from the stored inputs; what is left out stays."""

    tone: Tone | None = None
    language: Language | None = None
    max_words: Words | None = None
    instructions: Instructions | None = None


class EditEmail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any subset; `recruiter` is replaced whole."""

    subject: Annotated[str, Meta(min_length=1, max_length=SUBJECT_MAX_CHARS, pattern=ONE_LINE)] | UnsetType = UNSET
    body: Annotated[str, Meta(min_length=1, max_length=BODY_MAX_CHARS, pattern=NO_NUL)] | UnsetType = UNSET
    recruiter: RecruiterBody | UnsetType = UNSET


class EmailsQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    status: Status | None = None
    search: (
        Annotated[
            str,
            Meta(
                max_length=SEARCH_MAX_CHARS,
                pattern=NO_NUL,
                description="A case-insensitive substring of subject, body or recruiter.",
            ),
        ]
        | None
    ) = None


class Delta(msgspec.Struct, frozen=True):
    """Whole sentences of the letter being written, provisional: the last event replaces them."""

    text: str


class RecruiterAnswer(msgspec.Struct, frozen=True):
    name: str | None
    email: str | None
    title: str | None
    company: str | None


class EmailAnswer(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    status: Status
    subject: str
    body: str
    language: str
    recruiter: RecruiterAnswer
    job_context: JobContextBody | None
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    warnings: tuple[Caveat, ...]
    usage: WriterUsage
    credits: Credits
    timings: Timings
    previous_id: UUID | None
    lead_id: Annotated[int | None, Meta(description="The lead it was written for; its history names the e-mail.")]
    created_at: datetime
    updated_at: datetime


def recruiter(body: RecruiterBody) -> Recruiter:
    return Recruiter(
        name=(body.name or "").strip(),
        email=(body.email or "").strip(),
        title=(body.title or "").strip(),
        company=(body.company or "").strip(),
    )


def generate_request(body: GenerateEmail) -> GenerateRequest:
    return GenerateRequest(
        recruiter=recruiter(body.recruiter),
        job_url=body.job_url,
        job_text=body.job_text,
        job_id=None if body.job_id is None else JobId(body.job_id),
        resume_id=body.resume_id,
        resume=body.resume,
        github=body.github,
        tone=body.tone,
        language=body.language,
        max_words=body.max_words,
        instructions=body.instructions or "",
    )


def overrides(body: RegenerateEmail | None) -> Overrides:
    if body is None:
        return Overrides()
    return Overrides(body.tone, body.language, body.max_words, body.instructions)


def email_answer(email: Email) -> EmailAnswer:
    whom = email.recruiter
    return EmailAnswer(
        id=email.id,
        status=email.status,
        subject=email.subject,
        body=email.body,
        language=email.language,
        recruiter=RecruiterAnswer(whom.name or None, whom.email or None, whom.title or None, whom.company or None),
        job_context=email.job_context,
        evidence=email.evidence,
        missing=email.missing,
        warnings=email.warnings,
        usage=email.usage,
        credits=email.credits,
        timings=email.timings,
        previous_id=email.previous_id,
        lead_id=email.lead_id,
        created_at=email.created_at,
        updated_at=email.updated_at,
    )
