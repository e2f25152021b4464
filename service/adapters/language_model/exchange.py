"""One request to a chat-completions endpoint, and what came back of it, as far as it came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio
import httpcore
import httpx

from service.adapters.language_model.answer_reader import AnswerReader, ErrorReader, error_code
from service.adapters.language_model.connections import CONNECT_SECONDS
from service.adapters.language_model.retrying import AttemptFailed, is_passing_status, retry_after_seconds
from service.kernel.telemetry import doing

# After the model's last word: its token count and the end of the stream follow at once, or are done without.
USAGE_SECONDS = 2.0

# After the end of the stream: the end of the body, for the connection's sake.
CLOSING_SECONDS = 0.1

ACCEPTED = 200

# What looks like a rate limit and does not pass.
_LASTING_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})

# With current tokenizers some four for English, fewer for other languages: an estimate, and said to be one.
BYTES_PER_TOKEN = 4

_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpx.HTTPError, OSError)


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int
    output_tokens: int


class Exchange:
    """Ends at the time `until` at the latest, and before where there is no sign of life for `silence_seconds`."""

    def __init__(self, body: bytes, *, until: float, silence_seconds: float) -> None:
        self._body = body
        self._until = until
        self._silence_seconds = silence_seconds
        self._began = anyio.current_time()
        self._is_sent = False
        self._is_timed_out = False
        self._broken_by: Exception | None = None
        self._headers: Mapping[str, str] = {}
        self._error = ErrorReader()
        self.status: int | None = None
        self.answer = AnswerReader()

    async def run(
        self, client: httpx.AsyncClient, url: httpx.URL, *, headers: Mapping[str, str], hear: Callable[[str], None]
    ) -> None:
        """Send, and read until the end, a deadline, or what makes reading on pointless; `verdict` says which.

        Reading ends by cancelling its scope, never by leaving the loop over the body: so the generators below it unwind
        from within, where on trio those dropped half-way complain.
        """
        scope = anyio.CancelScope(deadline=min(self._until, self._began + self._silence_seconds))
        extensions = {"trace": self._trace, "timeout": {"connect": CONNECT_SECONDS}}
        try:
            with scope:
                async with client.stream(
                    "POST", url, content=self._body, headers=headers, extensions=extensions
                ) as response:
                    self.status, self._headers = response.status_code, response.headers
                    async for chunk in response.aiter_raw():
                        self._take(chunk, hear, scope)
                    self._take_end(hear)
        except _BROKEN as error:
            self._broken_by = error
        self._is_timed_out = scope.cancelled_caught

    @property
    def is_accepted(self) -> bool:
        """The endpoint understood the request."""
        return self.status == ACCEPTED

    @property
    def error_body(self) -> bytes:
        return self._error.body

    def verdict(self, now: datetime) -> AttemptFailed | None:
        """Why there is no answer, or None if there is one."""
        if self.status is not None and not self.is_accepted:
            return self._status_failure(self.status, now)
        if self.answer.failure is None and not self.answer.is_complete and not self.answer.is_whole:
            if self._broken_by is not None:
                failure = AttemptFailed(f"the connection broke ({type(self._broken_by).__name__})", is_passing=True)
                failure.__cause__ = self._broken_by
                return failure
            if self._is_timed_out:
                return AttemptFailed(self._lateness(), may_differ=True)
        return self.answer.verdict()

    def usage(self) -> tuple[Usage, bool]:
        """What the provider counted, or an estimate, and whether it is one. Nobody bills a request that never left, or
        one that was answered with an error."""
        received, produced = self.answer.input_tokens, self.answer.output_tokens
        if received is not None and produced is not None:
            return Usage(received, produced), False
        if not self._is_sent or self.status not in {None, ACCEPTED}:
            return Usage(0, 0), True
        return Usage(
            estimated_tokens(len(self._body)) if received is None else received,
            estimated_tokens(self.answer.text_bytes) if produced is None else produced,
        ), True

    def _take(self, chunk: bytes, hear: Callable[[str], None], scope: anyio.CancelScope) -> None:
        if not self.is_accepted:
            self._error.feed(chunk)
            if self._error.is_full:
                scope.cancel()
            return
        signs_of_life = self.answer.signs_of_life
        for piece in self.answer.feed(chunk):
            hear(piece)
        now = anyio.current_time()
        if self.answer.failure is not None:
            scope.cancel()
        elif self.answer.is_done:
            scope.deadline = min(scope.deadline, now + CLOSING_SECONDS)
        elif self.answer.is_complete:
            scope.deadline = min(scope.deadline, now + USAGE_SECONDS)
        elif self.answer.signs_of_life > signs_of_life:
            doing("receiving the answer")
            scope.deadline = min(self._until, now + self._silence_seconds)

    def _take_end(self, hear: Callable[[str], None]) -> None:
        if self.is_accepted:
            for piece in self.answer.end():
                hear(piece)

    def _status_failure(self, status: int, now: datetime) -> AttemptFailed:
        code = error_code(self._error.body)
        return AttemptFailed(
            f"status {status} ({code})" if code else f"status {status}",
            is_passing=is_passing_status(status) and code not in _LASTING_CODES,
            retry_after_seconds=retry_after_seconds(self._headers, now),
        )

    def _lateness(self) -> str:
        if anyio.current_time() >= self._until:
            return f"no complete answer within {self._until - self._began:.3g} s"
        when = "mid-stream" if self.answer.signs_of_life else "before the first token"
        return f"silent for {self._silence_seconds:g} s {when}"

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """httpcore says what it does; whether the provider got to see the request decides what it may bill."""
        if event == "http11.send_request_body.complete":
            self._is_sent = True
            doing("waiting for the first token")


def estimated_tokens(size_bytes: int) -> int:
    return -(-size_bytes // BYTES_PER_TOKEN)
