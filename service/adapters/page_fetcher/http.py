"""Fetching over HTTP. Each hop is checked, looked up, vetted and connected to anew; no connection is kept."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ssl import SSLContext
from typing import cast

import anyio
import httpcore
import httpx

from service.adapters.page_fetcher import FetchedPage, GonePage, UnfetchableUrl, UnreachablePage, guard, robots
from service.adapters.page_fetcher.decoding import ACCEPT_ENCODING, BodyReader
from service.adapters.page_fetcher.guard import host_of
from service.adapters.page_fetcher.network import GuardedNetwork, Resolve, look_up
from service.adapters.page_fetcher.robots import ALLOW_ALL, ROBOTS_MAX_BYTES, Robots
from service.kernel.concurrency import Admission
from service.kernel.errors import Overloaded

# Look-ups, robots.txt and every redirect included: a page that needs longer is late for the letter anyway.
FETCH_SECONDS = 10.0
PAGE_MAX_BYTES = 5_000_000
REDIRECTS_MAX = 5

# A part of the whole, so that a robots.txt that hangs is not taken for a site that hangs.
ROBOTS_SECONDS = 4.0

# The RFC allows a day; an hour keeps a site's second thoughts fresh enough.
ROBOTS_TTL_SECONDS = 3600.0
ROBOTS_CACHED_MAX = 256  # of at most 0.2 MB each

# Within one request; a server that computes this long before its first byte will not make it in time.
SILENCE_SECONDS = 5.0

# Each may hold 5 MB, so hostile sites can fill half a gigabyte. As many again and more may wait, for a part of their
# 10 s: two hundred generations at once, each with a site that takes 4 s, still get their pages.
FETCHES_MAX = 100
WAITING_MAX = 300

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
TIMED_OUT, TOO_MANY = 408, 429
MEDIA_TYPE = re.compile(r"text/(html|plain|markdown)|application/(xhtml\+xml|json|[\w.-]+\+json)")
CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """An answer before its body."""

    host: str
    status: int
    headers: httpx.Headers

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        found = CHARSET.search(self.headers.get("content-type", ""))
        return found[1].lower() if found else None

    @property
    def is_redirect(self) -> bool:
        return self.status in REDIRECTS

    @property
    def is_passing(self) -> bool:
        """Whether it is about this moment, not about the page."""
        return self.status >= 500 or self.status in {TIMED_OUT, TOO_MANY}

    @property
    def is_success(self) -> bool:
        return self.status in {200, 203}


@dataclass(frozen=True, slots=True)
class Answer:
    head: Head
    content: bytes
    is_cut: bool


# Looks at an answer's head and says whether its body is wanted; may raise `UnfetchableUrl`.
Wants = Callable[[Head], bool]


class HttpPageFetcher:
    """See `PageFetcher`. `resolve` and `network` are the seams where tests stand in for DNS and for the internet."""

    def __init__(
        self,
        *,
        allows_private: bool,
        user_agent: str,
        resolve: Resolve = look_up,
        network: httpcore.AsyncNetworkBackend | None = None,
        ssl_context: SSLContext | None = None,
    ) -> None:
        self._allows_private = allows_private
        self._user_agent = user_agent
        self._product = user_agent.partition("/")[0]
        self._resolve = resolve
        # A cast, for httpcore declares a class of the same name for where anyio is missing.
        self._network = network or cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._admission = Admission(running=FETCHES_MAX, waiting=WAITING_MAX)
        self._robots: OrderedDict[str, tuple[float, Robots]] = OrderedDict()

    def check(self, url: str) -> None:
        guard.check_url(url, allows_private=self._allows_private)

    async def fetch(self, url: str) -> FetchedPage:
        here = self._checked(url)
        has_place = False
        try:
            with anyio.fail_after(FETCH_SECONDS):
                async with self._admission.admit():
                    has_place = True
                    return await self._follow(here)
        except TimeoutError as error:
            if not has_place:
                raise Overloaded(f"No place to fetch the page came free within {FETCH_SECONDS:g} s.") from error
            raise UnreachablePage(f"{host_of(here)} did not deliver the page within {FETCH_SECONDS:g} s.") from error

    async def _follow(self, here: httpx.URL) -> FetchedPage:
        for _ in range(1 + REDIRECTS_MAX):
            await self._ask_robots(here)
            answer = await self._get(here, wants=_wants_page, limit_bytes=PAGE_MAX_BYTES)
            if not answer.head.is_redirect:
                return _page(here, answer)
            here = self._target(here, answer.head)
        raise UnfetchableUrl(f"The URL leads on more than {REDIRECTS_MAX} times.")

    async def _ask_robots(self, url: httpx.URL) -> None:
        rules = await self._rules(url.copy_with(raw_path=b"/robots.txt"))
        if not rules.allows(url.raw_path.decode("ascii")):
            raise UnfetchableUrl(
                f"The robots.txt of {host_of(url)} asks not to fetch this page; paste its text instead."
            )

    async def _rules(self, origin: httpx.URL) -> Robots:
        """The site's rules, remembered for an hour. What is missing allows all; what cannot be read allows nothing."""
        key = str(origin)
        expires_at, rules = self._robots.get(key, (0.0, ALLOW_ALL))
        if anyio.current_time() < expires_at:
            self._robots.move_to_end(key)
            return rules
        try:
            with anyio.fail_after(ROBOTS_SECONDS):
                rules = await self._fetched_rules(origin)
        except TimeoutError as error:
            raise UnreachablePage(f"The robots.txt of {host_of(origin)} did not come in time.") from error
        self._robots[key] = (anyio.current_time() + ROBOTS_TTL_SECONDS, rules)
        while len(self._robots) > ROBOTS_CACHED_MAX:
            self._robots.popitem(last=False)
        return rules

    async def _fetched_rules(self, here: httpx.URL) -> Robots:
        for _ in range(1 + REDIRECTS_MAX):
            answer = await self._get(here, wants=_wants_robots, limit_bytes=ROBOTS_MAX_BYTES)
            if not answer.head.is_redirect:
                return robots.parse(answer.content, product=self._product) if answer.head.is_success else ALLOW_ALL
            here = self._target(here, answer.head)
        return ALLOW_ALL  # RFC 9309, 2.3.1.2: beyond five redirects it may be taken as missing

    def _target(self, here: httpx.URL, head: Head) -> httpx.URL:
        location = head.headers.get("location", "")
        if not location:
            raise UnfetchableUrl(f"{host_of(here)} redirects to nowhere.")
        try:
            target = str(here.join(location))
        except (httpx.InvalidURL, ValueError) as error:  # the latter of urllib's, for hosts in brackets
            raise UnfetchableUrl(f"{host_of(here)} redirects to what is not a URL.") from error
        return self._checked(target)

    def _checked(self, url: str) -> httpx.URL:
        return guard.check_url(url, allows_private=self._allows_private)

    async def _get(self, url: httpx.URL, *, wants: Wants, limit_bytes: int) -> Answer:
        """One request on a connection of its own, closed whatever happens."""
        limits = {"timeout": dict.fromkeys(("connect", "read", "write"), SILENCE_SECONDS)}
        network = GuardedNetwork(self._network, self._resolve, allows_private=self._allows_private)
        try:
            async with (
                httpcore.AsyncConnectionPool(
                    self._ssl_context, max_connections=1, max_keepalive_connections=0, network_backend=network
                ) as pool,
                pool.stream("GET", _target_url(url), headers=self._headers(url), extensions=limits) as response,
            ):
                head = Head(host_of(url), response.status, httpx.Headers(response.headers))
                if not wants(head):
                    return Answer(head, b"", is_cut=False)
                return await _read(head, response, network, limit_bytes)
        except httpcore.TimeoutException as error:
            raise UnreachablePage(f"{host_of(url)} did not answer in time.") from error
        except httpcore.ProtocolError as error:  # its words may quote what was received
            raise UnreachablePage(f"The connection to {host_of(url)} brought no answer in HTTP.") from error
        except (httpcore.NetworkError, OSError) as error:
            raise UnreachablePage(
                f"The connection to {host_of(url)} failed ({str(error) or type(error).__name__})."
            ) from error
        finally:
            await network.aclose()

    def _headers(self, url: httpx.URL) -> list[tuple[bytes, bytes]]:
        return [
            (b"Host", url.netloc),
            (b"User-Agent", self._user_agent.encode("ascii")),
            (b"Accept", b"text/html, application/xhtml+xml, application/json;q=0.9, text/plain;q=0.8"),
            (b"Accept-Encoding", ACCEPT_ENCODING.encode("ascii")),
            (b"Connection", b"close"),
        ]


def _target_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


async def _read(head: Head, response: httpcore.Response, network: GuardedNetwork, limit_bytes: int) -> Answer:
    body = BodyReader(head.headers.get_list("content-encoding"), limit_bytes=limit_bytes)
    try:
        async for piece in response.aiter_stream():
            body.feed(piece)
            if body.is_done:
                network.hang_up()
    except httpcore.RemoteProtocolError:
        if not body.is_done:  # else it was we who ended it
            raise
    return Answer(head, body.content(), is_cut=body.is_full)


def _wants_page(head: Head) -> bool:
    if head.is_redirect:
        return False
    if not head.is_success:
        problem = GonePage if head.status in GONE else UnreachablePage if head.is_passing else UnfetchableUrl
        raise problem(f"{head.host} answered with status {head.status}.")
    if not MEDIA_TYPE.fullmatch(head.media_type):
        raise UnfetchableUrl(f"The URL leads to {head.media_type[:80] or 'no stated media type'}, not to a page.")
    return True


def _wants_robots(head: Head) -> bool:
    """RFC 9309, 2.3.1: a client error means that there is none, a server error that it may forbid everything."""
    if head.status >= 500:
        raise UnreachablePage(f"The robots.txt of {head.host} cannot be read now (status {head.status}).")
    return head.is_success


def _page(url: httpx.URL, answer: Answer) -> FetchedPage:
    if answer.is_cut:
        raise UnfetchableUrl(f"The page is larger than {PAGE_MAX_BYTES // 1_000_000} MB.")
    return FetchedPage(str(url), answer.content, answer.head.media_type, answer.head.charset)
