"""Writing an e-mail again, from what the first one was written from."""

from service.emails.brief import OnSentence
from service.emails.model import Email, EmailId, Inputs, LeadOfTenant, Overrides, refuse_faulty
from service.emails.operations.generate import write_and_settle
from service.emails.operations.services import EmailServices
from service.emails.operations.settlement import Remember, forget, open_generation
from service.emails.operations.stored import read_inputs
from service.kernel.concurrency import Report, ignore_event
from service.kernel.identifiers import TenantId, UserId


async def regenerate(
    email: EmailId,
    overrides: Overrides,
    *,
    user: UserId,
    tenant: TenantId,
    services: EmailServices,
    report: Report = ignore_event,
    on_sentence: OnSentence | None = None,
    remember: Remember = forget,
) -> Email:
    """A new e-mail whose `previous_id` is the old one's, charged like any other; the old one stays as it is.

    Nothing is gathered anew: posting and résumé are the ones stored with the old e-mail, as they were then. Raises
    `NotFound`, `InvalidRequest`, and what `generate` raises.
    """
    inputs = await services.db.read(read_inputs, user=user, email=email)
    request = overrides.over(inputs.request)
    refuse_faulty(request)
    lead = None if request.job_id is None else LeadOfTenant(tenant, request.job_id)
    async with open_generation(
        user=user, lead=lead, db=services.db, identifiers=services.identifiers, terms=services.terms
    ) as generation:
        with services.share(user):
            return await write_and_settle(
                generation,
                Inputs(request, inputs.gathered),
                {},
                previous=email,
                services=services,
                report=report,
                on_sentence=on_sentence,
                remember=remember,
            )
