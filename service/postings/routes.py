"""Job context over HTTP."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from service.access.rates import FETCH
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


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs. `for_url` is `operations.context_for_url` with its tools."""

    for_url: Callable[..., Awaitable[JobContext]]
    parser: PageParser
    clock: Clock
    ttl_seconds: float
    extraction: Callable[[UserId], Extraction] | None

    async def read_context(self, call: Call[None, JobContextQuery]) -> JobContextAnswer:
        """What the posting at a URL says, from the store, fetched where it is missing or too old; as it was then
        (`cached`) where it cannot be fetched just now. What its readers leave open is asked of the language model, if
        one is configured, and taken over (`read_by` `llm`) as far as it quotes the posting."""
        asking = self._asking_for(call.principal.user)
        context = await self.for_url(call.query.url, ttl_seconds=self.ttl_seconds, extraction=asking)
        return answer(context, with_text=call.query.text)

    async def extract_context(self, call: Call[JobContextRequest, None]) -> JobContextAnswer:
        """What a posting says now: a URL fetched again, or a page or text that is sent along and not stored. A language
        model is asked as for GET."""
        call.body.check()
        return answer(await self._extracted(call.body, self._asking_for(call.principal.user)), with_text=False)

    async def _extracted(self, body: JobContextRequest, asking: Extraction | None) -> JobContext:
        now = self.clock.now()
        if body.text is not None:
            return await operations.read_text(body.text, now=now, extraction=asking)
        if body.html is not None:
            return await operations.read_html(body.html, parser=self.parser, url=body.url, now=now, extraction=asking)
        return await self.for_url(body.url or "", ttl_seconds=0, extraction=asking)

    def _asking_for(self, user: UserId) -> Extraction | None:
        return None if self.extraction is None else self.extraction(user)


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
    on = _Handlers(for_url, parser, clock, ttl_seconds, extraction)
    path, tag, problems = "/api/job-context", "Job context", (UnfetchableUrl, UnparsablePage)
    return (
        Endpoint(
            "GET",
            path,
            on.read_context,
            JobContextAnswer,
            query=JobContextQuery,
            admitted=True,
            rate=FETCH,
            problems=problems,
            tag=tag,
        ),
        Endpoint(
            "POST",
            path,
            on.extract_context,
            JobContextAnswer,
            body=JobContextRequest,
            admitted=True,
            rate=FETCH,
            problems=problems,
            tag=tag,
        ),
    )
