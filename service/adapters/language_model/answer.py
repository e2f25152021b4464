"""An endpoint's answer, read as it arrives: a stream of events, one JSON document, or an error. Pure.

A reader never raises: `failure` says what is wrong, and whoever feeds it stops.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from service.adapters.language_model.accounting import Usage
from service.adapters.language_model.events import EventReader
from service.adapters.language_model.retrying import AttemptFailed

# The longest letter has 20 000 characters; its claims quote it and its sources.
ANSWER_MAX_CHARS = 200_000

# Each of an answer's tokens travels in an envelope of some 300 bytes.
STREAM_MAX_BYTES = 20_000_000

# Enough for any honest error; the rest is a web page.
ERROR_MAX_BYTES = 16_000

TOKENS_MAX = 1_000_000_000

_CODE = re.compile(r"[a-zA-Z0-9_.-]{1,60}")


class Delta(msgspec.Struct, frozen=True):
    """What was said; under different names while a model thinks aloud, which nobody hears and everybody pays."""

    content: str | None = None
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None


class Choice(msgspec.Struct, frozen=True):
    index: int = 0
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None


class Counted(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Chunk(msgspec.Struct, frozen=True):
    """One event of a stream, or the whole answer of an endpoint that does not stream: they differ by one name."""

    choices: list[Choice] | None = None
    usage: Counted | None = None
    error: Any = None


_CHUNK = msgspec.json.Decoder(Chunk)


class AnswerReader:
    """Takes the bytes of a successful answer, gives the pieces of text in them."""

    def __init__(self) -> None:
        self._events = EventReader()
        self._document = bytearray()
        self._pieces: list[str] = []
        self._chars = 0
        self._finish_reason: str | None = None
        self._is_refusal = False
        self._received_bytes = 0
        self.is_stream = True
        self.text_bytes = 0
        self.signs_of_life = 0
        self.usage: Usage | None = None
        self.is_done = False
        self.failure: AttemptFailed | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def is_complete(self) -> bool:
        """The model has said that it is at an end, whatever may still follow."""
        return self.is_done or self._finish_reason is not None

    def feed(self, chunk: bytes) -> Iterator[str]:
        self._received_bytes += len(chunk)
        if self.is_stream:
            for data in self._events.feed(chunk):
                yield from self._read(data)
        else:
            self._document += chunk
        limit = STREAM_MAX_BYTES if self.is_stream else ANSWER_MAX_CHARS * 6
        if self._received_bytes > limit or self._events.is_overlong:
            self._fail("the answer has no end", is_passing=False)

    def end(self) -> Iterator[str]:
        """The body came to its end."""
        yield from self._read(self._events.end() if self.is_stream else bytes(self._document))
        self.is_done = self.is_done or not self.is_stream

    def verdict(self) -> AttemptFailed | None:
        """Why what was read is no answer, or None."""
        if self.failure:
            return self.failure
        if self._is_refusal or self._finish_reason == "content_filter":
            return AttemptFailed("the model refused")
        if self._finish_reason == "length":
            return AttemptFailed("the answer was cut at its length limit")
        if not self.is_complete:
            return AttemptFailed("the stream broke off", is_passing=True)
        return None if self.text.strip() else AttemptFailed("the answer is empty")

    def _read(self, data: bytes) -> Iterator[str]:
        """Nothing is read behind the end or behind a failure."""
        if not data or self.is_done or self.failure:
            return
        if data.strip() == b"[DONE]":
            self.is_done = True
            return
        try:
            chunk = _CHUNK.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._fail("the answer is not that of a chat-completions endpoint")
            return
        if chunk.error is not None:
            self._fail(f"the provider reported an error ({error_code(data) or 'no code'})")
            return
        if chunk.usage is not None:
            self._count(chunk.usage)
        for choice in chunk.choices or []:
            if choice.index == 0:
                yield from self._hear(choice)

    def _hear(self, choice: Choice) -> Iterator[str]:
        said = choice.delta or choice.message or Delta()
        thought = said.reasoning_content or said.reasoning or ""
        piece = said.content or ""
        self._finish_reason = choice.finish_reason or self._finish_reason
        self._is_refusal = self._is_refusal or bool(said.refusal)
        self.signs_of_life += bool(thought or piece or said.refusal)
        self.text_bytes += len(f"{thought}{piece}{said.refusal or ''}".encode())
        if not piece:
            return
        self._chars += len(piece)
        if self._chars > ANSWER_MAX_CHARS:
            self._fail(f"the answer has more than {ANSWER_MAX_CHARS} characters", is_passing=False)
            return
        self._pieces.append(piece)
        yield piece

    def _count(self, counted: Counted) -> None:
        tokens = (counted.prompt_tokens, counted.completion_tokens or 0)
        if tokens[0] is not None and all(0 <= count <= TOKENS_MAX for count in tokens if count is not None):
            self.usage = Usage(tokens[0], tokens[1])

    def _fail(self, reason: str, *, is_passing: bool = True) -> None:
        self.failure = self.failure or AttemptFailed(reason, is_passing=is_passing)


class ErrorReader:
    """Takes the bytes of an error, as many as an error needs."""

    def __init__(self) -> None:
        self.body = b""

    @property
    def is_full(self) -> bool:
        return len(self.body) >= ERROR_MAX_BYTES

    def feed(self, chunk: bytes) -> None:
        self.body = (self.body + chunk)[:ERROR_MAX_BYTES]


def error_code(body: bytes) -> str | None:
    """The error's machine-readable name. Its text is never used: it may hold what we sent."""
    names = (error_field(body, "code"), error_field(body, "type"))
    return next((name for name in names if name and _CODE.fullmatch(name)), None)


def error_field(body: bytes, name: str) -> str | None:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    error = cast("dict[str, Any]", document).get("error") if isinstance(document, dict) else None
    value = cast("dict[str, Any]", error).get(name) if isinstance(error, dict) else None
    return str(value) if isinstance(value, str | int) else None
