"""Redis through coredis, which runs on asyncio and on trio. Importing it takes a while: resources' opener does.

One connection, made and kept by a background task (`keep`); every command of the process goes over it, side by side.
It is the circuit, too: the first command that fails closes it (late ones: the third in a row), from then on commands
are refused without being tried, and the next run of `keep` opens a new one. coredis's own pool would reconnect inside
of the requests instead, and lose a place of its pool for each one cancelled meanwhile.
"""

import hashlib
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

import anyio
import coredis
import structlog
from coredis.exceptions import NoScriptError, RedisError
from coredis.retry import NoRetryPolicy

from service.adapters.redis import RedisAway

T = TypeVar("T")

log = structlog.get_logger(__name__)

# Redis stands beside its callers and answers in a millisecond; what needs a hundred is of no use to a request.
CONNECT_TIMEOUT_SECONDS = 0.1
COMMAND_TIMEOUT_SECONDS = 0.1
# One late answer may be our own loop's doing: a thousand commands at once take it 200 ms. Three in a row without any
# answer in between are a Redis that hangs.
LATE_IN_A_ROW_MAX = 3

# Beside its own errors coredis lets these through when a connection closes under a command.
_FAILURES = (RedisError, OSError, RuntimeError, anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.WouldBlock)


class RedisConnection:
    """See `Redis`. Away until `keep` runs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = None
        self._lost = anyio.Event()
        self._late_in_a_row = 0
        self._answered_at = -math.inf  # anyio.current_time()
        self._is_told_away = False

    @property
    def is_up(self) -> bool:
        return self._client is not None

    async def keep(self) -> None:
        """Connect, and stay connected until a command fails; returns then, and where there is no Redis. For a
        periodic task."""
        lost = self._lost = anyio.Event()
        client = _client(self._url)
        async with client:
            try:
                with anyio.fail_after(CONNECT_TIMEOUT_SECONDS):
                    await client.ping()
            except _FAILURES as error:  # here, for on its way out coredis's task group would wrap it
                self._log_absence(error)
                return
            self._client = client
            self._late_in_a_row = 0
            self._is_told_away = False
            log.info("redis is connected")
            try:
                await lost.wait()
            finally:
                self._client = None

    async def probe(self) -> None:
        failure: Exception | None = None
        client = _client(self._url)
        async with client:
            try:
                with anyio.fail_after(CONNECT_TIMEOUT_SECONDS):
                    await client.ping()
            except _FAILURES as error:
                failure = error
        if failure:
            raise RedisAway("Redis does not answer.") from failure

    async def ping(self) -> None:
        await self._ask(lambda client: client.ping())

    async def get(self, key: str) -> bytes | None:
        return cast("bytes | None", await self._ask(lambda client: client.get(key)))

    async def put(self, key: str, value: bytes, *, ttl_seconds: float) -> None:
        milliseconds = max(1, math.ceil(ttl_seconds * 1000))
        await self._ask(lambda client: client.set(key, value, px=milliseconds))

    async def delete(self, key: str) -> None:
        await self._ask(lambda client: client.delete([key]))

    async def run_script(self, script: str, *, key: str, arguments: Sequence[float]) -> list[int]:
        digest = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()

        async def run(client: Any) -> Any:
            try:
                return await client.evalsha(digest, [key], arguments)
            except NoScriptError:  # a Redis that was started since, or never saw it
                return await client.eval(script, [key], arguments)

        return cast("list[int]", await self._ask(run))

    async def _ask(self, command: Callable[[Any], Awaitable[T]]) -> T:
        client = self._client
        if client is None:
            raise RedisAway("Redis is not connected.")
        asked_at = anyio.current_time()
        try:
            with anyio.fail_after(COMMAND_TIMEOUT_SECONDS):
                answer = await command(client)
        except _FAILURES as error:
            if client is self._client and self._is_lost(error, asked_at):
                self._client = None
                self._lost.set()
                self._log_absence(error)
            raise RedisAway("Redis did not answer.") from error
        self._answered_at = anyio.current_time()
        self._late_in_a_row = 0
        return answer

    def _is_lost(self, error: Exception, asked_at: float) -> bool:
        if not isinstance(error, TimeoutError):
            return True
        if self._answered_at < asked_at:
            self._late_in_a_row += 1
        return self._late_in_a_row >= LATE_IN_A_ROW_MAX

    def _log_absence(self, error: BaseException) -> None:
        """Once per absence."""
        if not self._is_told_away:
            self._is_told_away = True
            log.warning(
                "redis is unreachable; this process uses its own memory", reason=str(error) or type(error).__name__
            )


def _client(url: str) -> Any:
    return coredis.Redis.from_url(
        url,
        decode_components=True,
        max_connections=1,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        retry_policy=NoRetryPolicy(),
    )
