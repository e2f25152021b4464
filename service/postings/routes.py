"""Job context over HTTP."""

from collections.abc import Sequence
from functools import partial

from service.adapters.page_fetcher import PageFetcher, UnfetchableUrl
from service.adapters.page_parser import PageParser, UnparsablePage
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.postings import operations
from service.postings.flights import Flights
from service.postings.model import JobContext
from service.postings.schema import JobContextAnswer, JobContextQuery, JobContextRequest, answer
from service.web.endpoint import Call, Endpoint
from service.web.limits import FETCH


def routes(
    *,
    db: Database,
    fetcher: PageFetcher,
    parser: PageParser,
    clock: Clock,
    flights: Flights[JobContext],
    ttl_seconds: float,
) -> Sequence[Endpoint]:
    for_url = partial(operations.context_for_url, db=db, fetcher=fetcher, parser=parser, clock=clock, flights=flights)

    async def read_context(call: Call[None, JobContextQuery]) -> JobContextAnswer:
        """What the posting at a URL says, from the store, fetched where it is missing or too old."""
        context = await for_url(call.query.url, ttl_seconds=ttl_seconds)
        return answer(context, with_text=call.query.text)

    async def extract_context(call: Call[JobContextRequest, None]) -> JobContextAnswer:
        """What a posting says now: a URL fetched again, or a page or text that is sent along and not stored."""
        call.body.check()
        return answer(await _extracted(call.body), with_text=False)

    async def _extracted(body: JobContextRequest) -> JobContext:
        if body.text is not None:
            return await operations.read_text(body.text, now=clock.now())
        if body.html is not None:
            return await operations.read_html(body.html, parser=parser, url=body.url, now=clock.now())
        return await for_url(body.url or "", ttl_seconds=0)

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
