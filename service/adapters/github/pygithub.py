"""GitHub through PyGithub in worker threads. Answers are cached and revalidated by their ETag: one that has not changed
costs nothing of the rate limit."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import anyio
import msgspec
import structlog

from service.adapters.cache import Cache
from service.adapters.github import (
    Activity,
    GitHubNotInstalled,
    GitHubRateLimited,
    GitHubUnavailable,
    LoginNotFound,
    PersonEvidence,
    RateLimit,
    Repository,
    RepositoryNotFound,
    wire,
)
from service.adapters.github.pool import Connection, ConnectionPool, RequestFailed, Response
from service.kernel.clock import Clock
from service.kernel.concurrency import Branch, Failed, Finished, gather_all, gather_settled
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import ServiceError

log = structlog.get_logger(__name__)

V = TypeVar("V")

# For all of a call: its requests, which run side by side, and the cache.
CALL_SECONDS = 5.0
# One request, with its wait for a turn and its second attempt: less, so that an older copy can still be given.
REQUEST_SECONDS = 4.5
# So long an answer is given again unasked. A profile does not change between two letters.
FRESH_SECONDS = 600.0
# So long its ETag is worth asking with, and the copy is better than none.
KEPT_SECONDS = 86_400.0
# The primary limit resets within the hour; where GitHub names no time it asks for a minute.
LIMITED_MAX_SECONDS = 3_600
LIMITED_DEFAULT_SECONDS = 60
# GitHub's largest page. 10 000 repositories are a hundred of them: the latest one says enough.
PAGE = "100"
# Activity of some weeks for most, and a tenth of the bytes.
EVENTS_PAGE = "30"
# A tenth of the limit left is time to set a token, or to ask less.
LOW_SHARE = 0.1


class _Kept(msgspec.Struct, Generic[V], frozen=True):
    """What was read at `at`, confirmed then by GitHub."""

    value: V
    at: datetime
    etag: str


@dataclass(frozen=True, slots=True)
class _Request(Generic[V]):
    """What is requested, how the answer is read, and what its absence means."""

    path: str
    parameters: Mapping[str, str]
    value: Any  # the type of what is kept
    read: Callable[[str], V]
    missing: ServiceError


class PyGithub:
    """See `GitHub`. Open it where a loop runs, and `close` it."""

    def __init__(self, open_connection: Callable[[], Connection], *, api_url: str, cache: Cache, clock: Clock) -> None:
        self._pool = ConnectionPool(open_connection)
        self._api_url = api_url
        self._cache = cache
        self._clock = clock
        self._rate_limit: RateLimit | None = None
        self._limited_until: datetime | None = None

    @property
    def rate_limit(self) -> RateLimit | None:
        return self._rate_limit

    def close(self) -> None:
        self._pool.close()

    async def repository(self, owner: str, name: str) -> Repository:
        missing = RepositoryNotFound(f"GitHub shows no repository {owner}/{name}.")
        path = f"/repos/{_segment(owner)}/{_segment(name)}"
        read = partial(_read_public_repository, missing=missing)
        repository = self._branch(_Request(path, {}, Repository, read, missing))
        languages = self._branch(
            _Request(f"{path}/languages", {}, dict[str, int], _reader(dict[str, int], wire.read_languages), missing)
        )
        found = await _gather(repository, languages)
        bytes_by_language = _value(languages)
        if bytes_by_language is None:
            return msgspec.structs.replace(found.value, missing=("languages",))
        return msgspec.structs.replace(found.value, languages=bytes_by_language.value)

    async def evidence(self, login: str) -> PersonEvidence:
        missing = LoginNotFound(f"GitHub has no account {login}.")
        path = f"/users/{_segment(login)}"
        latest = {"sort": "pushed", "type": "owner", "per_page": PAGE}
        account = self._branch(_Request(path, {}, wire.Account, _reader(wire.AccountWire, wire.read_account), missing))
        shelf = self._branch(
            _Request(
                f"{path}/repos",
                latest,
                wire.Shelf,
                _reader(list[wire.RepositoryWire], wire.read_shelf),
                missing,
            )
        )
        activity = self._branch(
            _Request(
                f"{path}/events/public",
                {"per_page": EVENTS_PAGE},
                Activity,
                _reader(list[wire.EventWire], wire.read_activity),
                missing,
            )
        )
        return _person(await _gather(account, shelf, activity), _value(shelf), _value(activity))

    def _branch(self, question: _Request[V]) -> Branch[_Kept[V]]:
        limit = min(CALL_SECONDS, remaining_seconds())
        return Branch(f"github {question.path}", partial(self._answer, question), timeout_seconds=limit)

    async def _answer(self, question: _Request[V]) -> _Kept[V]:
        """From the cache while it is fresh, else from GitHub; an older copy where GitHub is limited or away."""
        # GitHub's names are case-insensitive.
        key = f"github:{self._api_url}{question.path.lower()}?{urlencode(question.parameters)}"
        kept = await self._find_cached(key, question)
        if kept is not None and self._clock.now() - kept.at < timedelta(seconds=FRESH_SECONDS):
            return kept
        try:
            kept = await self._request(question, kept)
        except (GitHubRateLimited, GitHubUnavailable) as error:
            if kept is None:
                raise
            log.info("an older copy of GitHub's answer is given", path=question.path, reason=error.slug)
            return kept
        await self._cache.put(key, msgspec.json.encode(kept), ttl_seconds=KEPT_SECONDS)
        return kept

    async def _find_cached(self, key: str, question: _Request[V]) -> _Kept[V] | None:
        held = await self._cache.get(key)
        try:
            return None if held is None else msgspec.json.decode(held, type=_Kept[question.value])
        except msgspec.MsgspecError:  # of another version of this service
            return None

    async def _request(self, question: _Request[V], kept: _Kept[V] | None) -> _Kept[V]:
        self._refuse_while_limited()
        condition = {"If-None-Match": kept.etag} if kept is not None and kept.etag else {}
        limit = attempt_seconds(REQUEST_SECONDS, remaining_seconds())
        try:
            with anyio.fail_after(limit):  # the wait for a turn is part of it
                response = await self._pool.get(question.path, question.parameters, condition, timeout_seconds=limit)
        except (RequestFailed, TimeoutError) as error:
            reason = str(error) if isinstance(error, RequestFailed) else "GitHub did not answer in time."
            log.warning("GitHub does not answer", path=question.path, reason=reason)
            raise GitHubUnavailable(reason) from error
        self._note_limit(response)
        if response.status == 304 and kept is not None:
            return msgspec.structs.replace(kept, at=self._clock.now())
        self._refuse(response, question)
        try:
            value = question.read(response.body)
        except msgspec.MsgspecError as error:
            raise GitHubUnavailable("GitHub answered with something that cannot be read.") from error
        return _Kept(value, self._clock.now(), response.headers.get("etag", ""))

    def _refuse(self, response: Response, question: _Request[Any]) -> None:
        if response.status == 200:
            return
        if response.status in {404, 451} or _is_blocked(response):  # 451: taken down
            raise question.missing
        if response.is_limited:
            self._limit(_seconds_to_wait(response, self._clock.now()))
        log.warning("GitHub refuses", path=question.path, status=response.status)
        if response.status == 401:
            raise GitHubUnavailable("GitHub does not accept this service's token.")
        raise GitHubUnavailable(f"GitHub answered with status {response.status}.")

    def _limit(self, seconds: int) -> None:
        """Ask nothing for so long."""
        self._limited_until = self._clock.now() + timedelta(seconds=seconds)
        log.warning("GitHub's rate limit is reached", retry_after_seconds=seconds)
        self._refuse_while_limited()

    def _refuse_while_limited(self) -> None:
        if self._limited_until is None:
            return
        left = (self._limited_until - self._clock.now()).total_seconds()
        if left <= 0:
            self._limited_until = None
            return
        raise GitHubRateLimited("GitHub's rate limit is reached; try again later.", retry_after_seconds=int(left) or 1)

    def _note_limit(self, response: Response) -> None:
        stated = _rate_limit(response.headers)
        if stated is None:
            return
        before = self._rate_limit
        # Answers come side by side and not in the order they were counted: within one window the lowest is the latest.
        if before is None or before.resets_at != stated.resets_at or stated.remaining < before.remaining:
            self._rate_limit = stated
        low = stated.limit * LOW_SHARE
        if stated.remaining <= low and (before is None or before.remaining > low):
            log.warning("GitHub's rate limit runs low", remaining=stated.remaining, limit=stated.limit)
        else:
            log.debug("GitHub's rate limit", remaining=stated.remaining, limit=stated.limit)


def open_pygithub_connection(*, api_url: str, token: str | None, user_agent: str) -> Connection:
    """Call it in a worker thread, for importing PyGithub takes 0.4 s. Raises `GitHubNotInstalled`."""
    try:
        from service.adapters.github.connection import PyGithubConnection  # noqa: PLC0415
    except ImportError as error:  # of two threads that import at once only one is told what is not there
        raise GitHubNotInstalled("GitHub cannot be reached: install the service with its extra `github`.") from error
    return PyGithubConnection(api_url=api_url, token=token, user_agent=user_agent)


def _segment(text: str) -> str:
    """One segment of a path, whatever it holds; a name of dots would climb."""
    return quote(text, safe="") if text.strip(".") else "%2E"


def _reader(wire: Any, read: Callable[[Any], V]) -> Callable[[str], V]:
    return lambda body: read(msgspec.json.decode(body, type=wire))


def _read_public_repository(body: str, *, missing: ServiceError) -> Repository:
    """A token may see private repositories of its owner; our callers may not."""
    repository = msgspec.json.decode(body, type=wire.RepositoryWire)
    if repository.private:
        raise missing
    return wire.read_repository(repository)


async def _gather(main: Branch[V], *others: Branch[Any]) -> V:
    """What `main` gives, once the others have ended as well; its failure ends them, theirs stays with them."""
    # Each of the others has its own limit.
    beside = Branch("github beside", partial(gather_settled, *others), timeout_seconds=math.inf)
    try:
        await gather_all(main, beside)
    except TimeoutError as error:
        raise GitHubUnavailable("GitHub did not answer in time.") from error
    if isinstance(main.outcome, Finished):
        return main.outcome.value
    raise GitHubUnavailable("GitHub did not answer in time.")  # for the checker: `gather_all` has raised then


def _value(branch: Branch[V]) -> V | None:
    match branch.outcome:
        case Finished(value=value):
            return value
        case Failed(error=error) if not isinstance(error, ServiceError):
            raise error  # a defect of ours, which must not pass for a fault of GitHub's
        case _:
            return None


def _person(
    account: _Kept[wire.Account], shelf: _Kept[wire.Shelf] | None, activity: _Kept[Activity] | None
) -> PersonEvidence:
    who = account.value
    parts = {"repositories": shelf, "activity": activity}
    return PersonEvidence(
        login=who.login,
        name=who.name,
        bio=who.bio,
        company=who.company,
        location=who.location,
        public_repos=who.public_repos,
        html_url=who.html_url,
        repositories=shelf.value.repositories if shelf else (),
        languages=shelf.value.languages if shelf else {},
        activity=activity.value if activity else Activity(),
        missing=tuple(name for name, part in parts.items() if part is None),
        fetched_at=min(part.at for part in (account, *parts.values()) if part is not None),
    )


def _is_blocked(response: Response) -> bool:
    """GitHub's staff block what breaks its terms: 403 with the reason in `block`, where others are refused for good."""
    if response.status != 403:
        return False
    try:
        refusal = msgspec.json.decode(response.body, type=wire.Refusal)
    except msgspec.MsgspecError:
        return False
    return refusal.block is not None or refusal.message == "Repository access blocked"


def _seconds_to_wait(response: Response, now: datetime) -> int:
    """`Retry-After` of the secondary limit, the reset of the primary one, or a minute; never more than an hour."""
    after = response.headers.get("retry-after", "")
    stated = _rate_limit(response.headers)
    seconds = LIMITED_DEFAULT_SECONDS
    if after.isascii() and after.isdigit():
        seconds = int(after[:9])
    elif stated is not None and stated.remaining == 0:
        # One more, for the reset may come at any moment of its second.
        seconds = int((stated.resets_at - now).total_seconds()) + 1
    return max(1, min(seconds, LIMITED_MAX_SECONDS))


def _rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    try:
        remaining, limit, reset = (int(headers[f"x-ratelimit-{name}"]) for name in ("remaining", "limit", "reset"))
        return RateLimit(remaining, limit, datetime.fromtimestamp(reset, UTC))
    except (KeyError, ValueError, OverflowError, OSError):
        return None
