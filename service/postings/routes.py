"""Job context over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.access.rates import FETCH
from service.adapters.page_fetcher import UnfetchableUrl
from service.adapters.page_parser import UnparsablePage
from service.postings.model import JobContext
from service.postings.operations import PostingReader
from service.postings.schema import JobContextAnswer, JobContextQuery, JobContextRequest, answer
from service.web.endpoint import Call, Endpoint, JsonBody


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    reader: PostingReader

    async def read_context(self, call: Call[None, JobContextQuery]) -> JobContextAnswer:
        """What the posting at a URL says, from the store, fetched where it is missing or too old; as it was then
        (`cached`) where it cannot be fetched just now. What its readers leave open is asked of the language model, if
        one is configured, and taken over (`read_by` `llm`) as far as it quotes the posting."""
        context = await self.reader.read_url(call.query.url, for_user=call.principal.user)
        return answer(context, with_text=call.query.text)

    async def extract_context(self, call: Call[JobContextRequest, None]) -> JobContextAnswer:
        """What a posting says now: a URL fetched again, or a page or text that is sent along and not stored. A language
        model is asked as for GET."""
        call.body.check()
        return answer(await self._extract(call), with_text=False)

    async def _extract(self, call: Call[JobContextRequest, None]) -> JobContext:
        body, user = call.body, call.principal.user
        if body.text is not None:
            return await self.reader.read_text(body.text, for_user=user)
        if body.html is not None:
            return await self.reader.read_html(body.html, url=body.url, for_user=user)
        return await self.reader.read_url(body.url or "", for_user=user, ttl_seconds=0)


def routes(*, reader: PostingReader) -> Sequence[Endpoint]:
    on = _Handlers(reader)
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
            body=JsonBody(JobContextRequest),
            admitted=True,
            rate=FETCH,
            problems=problems,
            tag=tag,
        ),
    )
