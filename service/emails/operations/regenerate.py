"""Writing an e-mail again, from what the first one was written from."""

from service.emails import compose
from service.emails.brief import OnSentence, Writer, unheard
from service.emails.model import Email, EmailId, Inputs, Overrides, Terms, checked
from service.emails.operations.gather import Sources
from service.emails.operations.generate import Share, write_and_settle
from service.emails.operations.letters import read_with_inputs
from service.emails.operations.settlement import Remember, forget, ordered
from service.kernel.concurrency import Report, silent
from service.kernel.identifiers import Identifiers, UserId


async def regenerate(
    email: EmailId,
    overrides: Overrides,
    *,
    user: UserId,
    sources: Sources,
    identifiers: Identifiers,
    terms: Terms,
    share: Share,
    writer: Writer = compose.write,
    report: Report = silent,
    on_sentence: OnSentence = unheard,
    remember: Remember = forget,
) -> Email:
    """A new e-mail whose `previous_id` is the old one's, charged like any other; the old one stays as it is.

    Nothing is gathered anew: posting and résumé are the ones stored with the old e-mail, as they were then. Raises
    `NotFound`, `InvalidRequest`, and what `generate` raises.
    """
    _, inputs = await sources.db.read(read_with_inputs, user=user, email=email)
    request = checked(overrides.over(inputs.request))
    async with ordered(user=user, db=sources.db, identifiers=identifiers, terms=terms) as order:
        with share(user):
            return await write_and_settle(
                order,
                Inputs(request, inputs.gathered),
                {},
                previous=email,
                sources=sources,
                identifiers=identifiers,
                writer=writer,
                report=report,
                on_sentence=on_sentence,
                remember=remember,
            )
