"""Job context over HTTP."""

from collections.abc import Callable, Sequence
from functools import partial

from service.adapters.job_boards import JobBoards
from service.adapters.page_fetcher import PageFetcher, UnfetchableUrl
from service.adapters.page_parser import PageParser, UnparsablePage
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.identifiers import UserId
from service.postings import operations
from service.postings.extraction import Extraction
from service.postings.flights import Flights
from service.postings.model import JobContext, Refreshed
from service.postings.schema import JobContextAnswer, JobContextQuery, JobContextRequest, answer
from service.web.endpoint import Call, Endpoint
from service.web.limits import FETCH


def routes(
    *,
    db: Database,
    fetcher: PageFetcher,
    parser: PageParser,
    clock: Clock,
    flights: Flights[Refreshed],
    ttl_seconds: float,
    boards: JobBoards | None = None,
    extraction: Callable[[UserId], Extraction] | None = None,
) -> Sequence[Endpoint]:
    for_url = partial(
        operations.context_for_url, db=db, fetcher=fetcher, parser=parser, clock=clock, flights=flights, boards=boards
    )

    def asking_for(user: UserId) -> Extraction | None:
        return None if extraction is None else extraction(user)

    async def read_context(call: Call[None, JobContextQuery]) -> JobContextAnswer:
        """What the posting at a URL says, from the store, fetched where it is missing or too old; as it was then
        (`cached`) where it cannot be fetched just now. What its readers leave open is asked of the language model, if
        one is configured, and taken over (`read_by` `llm`) as far as it quotes the posting."""
        asking = asking_for(call.principal.user)
        context = await for_url(call.query.url, ttl_seconds=ttl_seconds, extraction=asking)
        return answer(context, with_text=call.query.text)

    async def extract_context(call: Call[JobContextRequest, None]) -> JobContextAnswer:
        """What a posting says now: a URL fetched again, or a page or text that is sent along and not stored. A language
        model is asked as for GET."""
        call.body.check()
        return answer(await _extracted(call.body, asking_for(call.principal.user)), with_text=False)

    async def _extracted(body: JobContextRequest, asking: Extraction | None) -> JobContext:
        if body.text is not None:
            return await operations.read_text(body.text, now=clock.now(), extraction=asking)
        if body.html is not None:
            now = clock.now()
            return await operations.read_html(body.html, parser=parser, url=body.url, now=now, extraction=asking)
        return await for_url(body.url or "", ttl_seconds=0, extraction=asking)

    path, problems = "/api/job-context", (UnfetchableUrl, UnparsablePage)
    return (
        Endpoint(
            "GET",
            path,
            read_context,
            JobContextAnswer,
            query=JobContextQuery,
            admitted=True,
            rate=FETCH,
            problems=problems,
            tag="Job context",
        ),
        Endpoint(
            "POST",
            path,
            extract_context,
            JobContextAnswer,
            body=JobContextRequest,
            admitted=True,
            rate=FETCH,
            problems=problems,
            tag="Job context",
        ),
    )
