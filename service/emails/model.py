"""The values of an e-mail, and the rules over them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from service.adapters.github import PersonEvidence
from service.crm.model import JobId
from service.emails.wording import has_control_characters, has_encoded_word
from service.events import Event
from service.kernel.errors import FieldError, InvalidRequest, Kind, ServiceError
from service.kernel.identifiers import TenantId, UserId
from service.kernel.text import UNSTORABLE, one_line
from service.postings.model import URL_MAX_CHARS, JobContext, JobContextBody
from service.projects.model import LOGIN_IN_WORDS, read_login

EmailId = NewType("EmailId", UUID)

MAX_WORDS_LEAST, MAX_WORDS_MOST, MAX_WORDS_DEFAULT = 40, 400, 180
# RFC 5322 allows 998 characters in a line; a subject beyond a screen's width is nobody's.
SUBJECT_MAX_CHARS = 200
# Four times the longest letter that is composed; what a person edits stays a letter.
BODY_MAX_CHARS = 20_000
# One line of a header: names, titles, companies.
LINE_MAX_CHARS = 200
INSTRUCTIONS_MAX_CHARS = 2_000
JOB_TEXT_MAX_CHARS = 100_000
# RFC 5321, 4.5.3.1.3: a path has at most 256 octets, its angle brackets among them.
ADDRESS_MAX_CHARS = 254

# A primary language and at most a region ("de-AT"); what it selects is decided by the writer.
LANGUAGE_PATTERN = r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,2}$(?!\n)"


class Status(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class EmailStatus(Event, frozen=True, tag="email.status"):
    """An e-mail has this status now."""

    email_id: EmailId
    status: Status


class Tone(StrEnum):
    PROFESSIONAL = "professional"
    WARM = "warm"
    DIRECT = "direct"


class Source(StrEnum):
    RESUME = "resume"
    GITHUB = "github"
    PROJECT = "project"
    CONVERSATION = "conversation"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Recruiter:
    name: str = ""
    email: str = ""
    title: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What the caller asks for; `refuse_faulty` has passed it before any coin moves."""

    recruiter: Recruiter
    job_url: str | None = None
    job_text: str | None = None
    job_id: JobId | None = None  # a job of the CRM, to whose lead the e-mail belongs then
    resume_id: UUID | None = None
    resume: Mapping[str, Any] | None = (
        None  # a JSON Resume document, read for this one e-mail and not stored as a résumé
    )
    github: str | None = None  # a login, or a profile's address
    tone: Tone = Tone.PROFESSIONAL
    language: str | None = None  # None: the posting's
    max_words: int = MAX_WORDS_DEFAULT
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class LeadOfTenant:
    """The lead an e-mail is written for, and whose it is."""

    tenant: TenantId
    lead: JobId


@dataclass(frozen=True, slots=True)
class Evidence:
    """`claim` is a sentence of the e-mail; `reference` names its ground: `work/0/highlights/1`, `requirements/2`."""

    claim: str
    source: Source
    reference: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A branch whose part the e-mail was written without."""

    branch: str
    reason: str


@dataclass(frozen=True, slots=True)
class Caveat:
    """What the reader of the e-mail should look at before sending it; the contract's `warnings`."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class WriterUsage:
    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Credits:
    charged: int
    available: int


@dataclass(frozen=True, slots=True)
class Timings:
    total_ms: int
    branches: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Email:
    """A stored e-mail as its owner sees it. `credits` and `timings` are those of its writing and never change."""

    id: EmailId
    user: UserId
    status: Status
    subject: str
    body: str
    language: str
    recruiter: Recruiter
    job_context: JobContextBody | None
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    warnings: tuple[Caveat, ...]
    usage: WriterUsage
    credits: Credits
    timings: Timings
    previous_id: EmailId | None
    lead_id: JobId | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the branches brought; `resume` is a JSON Resume document, whole."""

    job_context: JobContext | None = None
    resume: Mapping[str, Any] | None = None
    github: PersonEvidence | None = None
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a letter was written from, kept with it, so that it can be written again."""

    request: GenerateRequest
    gathered: Gathered


@dataclass(frozen=True, slots=True)
class Overrides:
    """What may differ when a letter is written again; None leaves it as it was."""

    tone: Tone | None = None
    language: str | None = None
    max_words: int | None = None
    instructions: str | None = None

    def over(self, request: GenerateRequest) -> GenerateRequest:
        return replace(
            request,
            tone=request.tone if self.tone is None else self.tone,
            language=request.language if self.language is None else self.language,
            max_words=request.max_words if self.max_words is None else self.max_words,
            instructions=request.instructions if self.instructions is None else self.instructions,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What a generation costs, and how long its parts may take."""

    price: int
    branch_timeout_seconds: float
    request_timeout_seconds: float
    hold_grace_seconds: float


class NotADraft(ServiceError):
    kind, slug, title = Kind.CONFLICT, "not-a-draft", "The e-mail is no longer a draft"


class WritingFailed(ServiceError):
    """No writer gave a letter that may be sent; nothing was charged."""

    kind, slug, title = Kind.UPSTREAM, "llm-unavailable", "No language model gave a letter"


def refuse_faulty(request: GenerateRequest) -> None:
    """Raises `InvalidRequest` naming every place that is wrong."""
    faults = [*recruiter_faults(request.recruiter, at="/recruiter"), *_job_faults(request), *_resume_faults(request)]
    faults += _manner_faults(request)
    if request.github is not None and read_login(request.github) is None:
        faults.append(FieldError("/github", f"must be {LOGIN_IN_WORDS}"))
    if faults:
        raise InvalidRequest(f"{len(faults)} of the request's fields cannot be used; each is named.", errors=faults)


def recruiter_faults(recruiter: Recruiter, *, at: str) -> list[FieldError]:
    faults = [
        FieldError(f"{at}/{name}", fault)
        for name in ("name", "title", "company")
        if (fault := header_fault(getattr(recruiter, name), max_chars=LINE_MAX_CHARS))
    ]
    if fault := address_fault(recruiter.email):
        faults.append(FieldError(f"{at}/email", fault))
    if not one_line(recruiter.name) and not one_line(recruiter.company):
        faults.append(FieldError(at, "A recruiter needs a name or a company."))
    return faults


def header_fault(text: str, *, max_chars: int) -> str | None:
    """Why `text` may not stand in a header of a message, or None."""
    if len(text) > max_chars:
        return f"At most {max_chars} characters."
    if has_control_characters(text):
        return "One line without control characters."
    if has_encoded_word(text):
        return "Plain text; encoded words (=?...?=) are not accepted."
    return None


def address_fault(address: str) -> str | None:
    """Why `address` is not one mail address, or None; empty means none is known. Syntax only: nothing is looked up."""
    if not address:
        return None
    if fault := header_fault(address, max_chars=ADDRESS_MAX_CHARS):
        return fault
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=True, test_environment=True, strict=True)
    except EmailNotValidError:
        return "Not one e-mail address."
    return None


def body_fault(body: str) -> str | None:
    if len(body) > BODY_MAX_CHARS:
        return f"At most {BODY_MAX_CHARS} characters."
    if has_control_characters(body, allowed="\r\n\t"):
        return "Text without control characters other than line breaks and tabs."
    return None if body.strip() else "A letter needs some text."


def _job_faults(request: GenerateRequest) -> list[FieldError]:
    faults: list[FieldError] = []
    given = [name for name in ("job_url", "job_text", "job_id") if getattr(request, name) is not None]
    if len(given) > 1:
        faults.append(FieldError(f"/{given[1]}", "At most one of job_url, job_text and job_id."))
    if request.job_url is not None and len(request.job_url) > URL_MAX_CHARS:
        faults.append(FieldError("/job_url", f"At most {URL_MAX_CHARS} characters."))
    if request.job_text is not None and len(request.job_text) > JOB_TEXT_MAX_CHARS:
        faults.append(FieldError("/job_text", f"At most {JOB_TEXT_MAX_CHARS} characters."))
    faults += _text_faults(job_url=request.job_url, job_text=request.job_text)
    return faults


def _resume_faults(request: GenerateRequest) -> list[FieldError]:
    if request.resume_id is not None and request.resume is not None:
        return [FieldError("/resume", "At most one of resume_id and resume.")]
    return []


def _manner_faults(request: GenerateRequest) -> list[FieldError]:
    faults: list[FieldError] = []
    if not MAX_WORDS_LEAST <= request.max_words <= MAX_WORDS_MOST:
        faults.append(FieldError("/max_words", f"From {MAX_WORDS_LEAST} to {MAX_WORDS_MOST}."))
    if request.language is not None and not re.match(LANGUAGE_PATTERN, request.language):
        faults.append(FieldError("/language", "A language tag such as en or de-AT."))
    if len(request.instructions) > INSTRUCTIONS_MAX_CHARS:
        faults.append(FieldError("/instructions", f"At most {INSTRUCTIONS_MAX_CHARS} characters."))
    return faults + _text_faults(instructions=request.instructions)


def _text_faults(**texts: str | None) -> list[FieldError]:
    """PostgreSQL stores neither NUL nor half a surrogate pair; a blank posting is a mistake rather than a posting."""
    unstorable = [name for name, text in texts.items() if text and UNSTORABLE.search(text)]
    faults = [FieldError(f"/{name}", "Text without NUL and halves of surrogate pairs.") for name in unstorable]
    blank = [name for name, text in texts.items() if text is not None and name.startswith("job_") and not text.strip()]
    return faults + [FieldError(f"/{name}", "Not blank.") for name in blank]
