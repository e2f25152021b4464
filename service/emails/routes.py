"""E-mails over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET

from service.access.rates import GENERATE
from service.adapters.page_fetcher import UnfetchableUrl
from service.credits.model import CreditsExhausted
from service.emails import store
from service.emails.brief import OnSentence
from service.emails.model import Email, EmailId, NotADraft, WritingFailed
from service.emails.operations import stored
from service.emails.operations.generate import generate
from service.emails.operations.regenerate import regenerate
from service.emails.operations.services import EmailServices
from service.emails.operations.settlement import Remember
from service.emails.schema import (
    Delta,
    EditEmail,
    EmailAnswer,
    EmailsQuery,
    GenerateEmail,
    RegenerateEmail,
    email_answer,
    generate_request,
    overrides,
    recruiter,
)
from service.kernel.concurrency import BranchEvent, Report, TooManyInFlight
from service.kernel.database import Transaction
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint, Events, JsonBody
from service.web.paging import Page, page_of

_GENERATING = (CreditsExhausted, TooManyInFlight, WritingFailed)
_STREAMED = Events("email", {"branch": BranchEvent, "delta": Delta})
_NEWEST_FIRST = "emails by created_at, id"


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    services: EmailServices

    async def generate_email(self, call: Call[GenerateEmail, None]) -> EmailAnswer:
        """Write one short e-mail from a posting, a recruiter and a résumé; stored as a draft and charged.

        A source that fails or is too slow is named in `missing`, and the e-mail is written without it. In every
        failure nothing is charged.
        """
        email = await generate(
            generate_request(call.body),
            user=call.principal.user,
            tenant=call.principal.tenant,
            services=self.services,
            report=_branches_of(call),
            on_sentence=_sentences_of(call),
            remember=_remembering(call),
        )
        return email_answer(email)

    async def regenerate_email(self, call: Call[RegenerateEmail | None, None]) -> EmailAnswer:
        """Write it again from the inputs stored with it: a new e-mail that names the old one, charged."""
        email = await regenerate(
            _email_id(call),
            overrides(call.body),
            user=call.principal.user,
            tenant=call.principal.tenant,
            services=self.services,
            report=_branches_of(call),
            on_sentence=_sentences_of(call),
            remember=_remembering(call),
        )
        return email_answer(email)

    async def list_emails(self, call: Call[None, EmailsQuery]) -> Page[EmailAnswer]:
        """The user's e-mails, newest first."""
        query = call.query
        listed = await self.services.db.read(
            store.list_emails,
            call.principal.user,
            status=query.status,
            search=query.search,
            window=query.window(_NEWEST_FIRST, tuple[datetime, UUID]),
        )
        return page_of(query, listed, order=_NEWEST_FIRST, position=lambda e: (e.created_at, e.id), item=email_answer)

    async def read_email(self, call: Call[None, None]) -> EmailAnswer:
        """One e-mail."""
        return email_answer(await self.services.db.read(stored.read, user=call.principal.user, email=_email_id(call)))

    async def edit_email(self, call: Call[EditEmail, None]) -> EmailAnswer:
        """Change subject, body or recruiter of a draft."""
        asked = call.body
        edited = await self.services.db.run(
            stored.edit,
            user=call.principal.user,
            email=_email_id(call),
            subject=None if asked.subject is UNSET else asked.subject,
            body=None if asked.body is UNSET else asked.body,
            recruiter=None if asked.recruiter is UNSET else recruiter(asked.recruiter),
            now=self.services.clock.now(),
        )
        return email_answer(edited)

    async def delete_email(self, call: Call[None, None]) -> None:
        """Delete it. What was charged for it stays charged."""
        await self.services.db.run(stored.delete, user=call.principal.user, email=_email_id(call))


def routes(*, services: EmailServices) -> Sequence[Endpoint]:
    on = _Handlers(services)
    one, tag = "/api/emails/{email_id:uuid}", "emails"
    return (
        Endpoint(
            "POST",
            "/api/emails/generate",
            on.generate_email,
            answer=EmailAnswer,
            status=201,
            body=JsonBody(GenerateEmail),
            idempotent=True,
            admitted=True,
            rate=GENERATE,
            sends=_STREAMED,
            problems=(*_GENERATING, NotFound, UnfetchableUrl),
            tag=tag,
        ),
        Endpoint("GET", "/api/emails", on.list_emails, answer=Page[EmailAnswer], query=EmailsQuery, tag=tag),
        Endpoint("GET", one, on.read_email, answer=EmailAnswer, problems=(NotFound,), tag=tag),
        Endpoint(
            "PATCH",
            one,
            on.edit_email,
            answer=EmailAnswer,
            body=JsonBody(EditEmail),
            problems=(NotFound, NotADraft),
            tag=tag,
        ),
        Endpoint("DELETE", one, on.delete_email, status=204, problems=(NotFound,), tag=tag),
        Endpoint(
            "POST",
            f"{one}/regenerate",
            on.regenerate_email,
            answer=EmailAnswer,
            status=201,
            body=JsonBody(RegenerateEmail, is_optional=True),
            idempotent=True,
            admitted=True,
            rate=GENERATE,
            sends=_STREAMED,
            problems=(*_GENERATING, NotFound),
            tag=tag,
        ),
    )


def _email_id(call: Call[Any, Any]) -> EmailId:
    return EmailId(call.path["email_id"])


def _branches_of(call: Call[Any, Any]) -> Report:
    return lambda event: call.tell("branch", event)


def _sentences_of(call: Call[Any, Any]) -> OnSentence | None:
    return (lambda sentence: call.tell("delta", Delta(sentence))) if call.is_streamed else None


def _remembering(call: Call[Any, Any]) -> Remember:
    async def remember(tx: Transaction, email: Email) -> None:
        await call.remember(tx, email_answer(email))

    return remember
