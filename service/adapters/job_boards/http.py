"""Job boards over HTTP. The hosts are the boards' own, or an operator's mirror: callers cannot name them, so they
may be private ones, and no redirect is followed."""

import ssl
import zlib
from collections.abc import Mapping

import anyio
import httpx

from service.adapters.cache import Cache
from service.adapters.job_boards import Board, BoardFailed, Question, UnknownToBoard
from service.kernel.concurrency import Admission
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import Overloaded

# One posting comes in some 200 ms, a board of three hundred in a second. Half of what a branch of a generation has: the
# posting's own page must still fit in behind an API that hangs.
ANSWER_SECONDS = 2.0
# Three hundred postings of 15 kB; of a larger board each posting's page is read instead.
ANSWER_MAX_BYTES = 5_000_000
# What is larger would push everything else out of the cache.
KEPT_MAX_BYTES = 1_000_000
# A quarter of a gigabyte where each of them is a whole board; those who wait do so within their 2 s.
ASKED_AT_ONCE_MAX = 50
WAITING_MAX = 300

# Stands in an operator's URL for the host that the public API has for this posting.
HOST_PLACEHOLDER = "{host}"
OK, UNKNOWN = 200, frozenset({404, 410})
GZIP = zlib.MAX_WBITS | 16


class HttpJobBoards:
    """See `JobBoards`. `api_urls` replace a board's `https://<host>`; `{host}` in them stands for that host, so that a
    mirror of boards with a host for each employer can tell these apart."""

    def __init__(
        self,
        *,
        api_urls: Mapping[Board, str],
        cache: Cache,
        user_agent: str,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._api_urls = api_urls
        self._cache = cache
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": user_agent}
        self._ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._admission = Admission(running=ASKED_AT_ONCE_MAX, waiting=WAITING_MAX)

    async def ask(self, question: Question) -> bytes:
        has_place = False
        try:
            with anyio.fail_after(attempt_seconds(ANSWER_SECONDS, remaining_seconds())):
                async with self._admission.admit():
                    has_place = True
                    return await self._kept_or_fresh(question)
        except TimeoutError as error:
            if not has_place:
                raise Overloaded(f"No place to ask {question.board} came free in time.") from error
            raise BoardFailed(f"The API of {question.board} did not answer in time.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BoardFailed(f"The API of {question.board} could not be reached.") from error

    async def _kept_or_fresh(self, question: Question) -> bytes:
        url = self._url(question)
        if question.keep_seconds <= 0:
            return await self._request(url, question)
        key = f"job board {url}"
        if (kept := await self._cache.get(key)) is not None:
            return kept
        content = await self._request(url, question)
        if len(content) <= KEPT_MAX_BYTES:
            await self._cache.put(key, content, ttl_seconds=question.keep_seconds)
        return content

    async def _request(self, url: str, question: Question) -> bytes:
        method = "GET" if question.body is None else "POST"
        headers = self._headers | ({} if question.body is None else {"Content-Type": "application/json"})
        # A connection for each question: the boards are many, and nothing stays open.
        async with (
            httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS, verify=self._ssl_context) as client,
            client.stream(method, url, content=question.body, headers=headers) as answer,
        ):
            body = _Body(answer.headers.get("content-encoding", ""))
            # Read to its end, kept within the bound: leaving httpx's generators early strands them.
            async for piece in answer.aiter_raw():
                body.feed(piece)
        if answer.status_code in UNKNOWN:
            raise UnknownToBoard(f"The API of {question.board} has no such posting (status {answer.status_code}).")
        if answer.status_code != OK:
            raise BoardFailed(f"The API of {question.board} answered with status {answer.status_code}.")
        if (content := body.content()) is None:
            raise BoardFailed(f"The answer of {question.board} is broken, or larger than {ANSWER_MAX_BYTES} bytes.")
        return content

    def _url(self, question: Question) -> str:
        base = self._api_urls.get(question.board, f"https://{HOST_PLACEHOLDER}")
        return base.rstrip("/").replace(HOST_PLACEHOLDER, question.host) + question.target


class _Body:
    """What has come of an answer, bounded after decompression: some bytes of gzip hold a thousand times as many."""

    def __init__(self, encoding: str) -> None:
        self._decompressor = zlib.decompressobj(GZIP) if encoding.lower() == "gzip" else None
        self._is_usable = encoding.lower() in {"", "identity", "gzip"}
        self._content = bytearray()

    def feed(self, piece: bytes) -> None:
        room = ANSWER_MAX_BYTES + 1 - len(self._content)
        if not self._is_usable or room <= 0:
            return
        if self._decompressor is None:
            self._content += piece[:room]
            return
        try:
            self._content += self._decompressor.decompress(piece, room)
        except zlib.error:
            self._is_usable = False

    def content(self) -> bytes | None:
        is_whole = self._decompressor is None or self._decompressor.eof
        is_usable = self._is_usable and is_whole and len(self._content) <= ANSWER_MAX_BYTES
        return bytes(self._content) if is_usable else None
