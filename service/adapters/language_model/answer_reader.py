"""An endpoint's answer, read as it arrives: events, one JSON document, or an error. Pure.

What arrives decides how it is read, not its content type; a value of an unknown shape counts as absent. A reader never
raises: `failure` says what is wrong, and whoever feeds it stops.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from service.adapters.language_model.json_answer import without_thoughts
from service.adapters.language_model.retrying import AttemptFailed

# The longest letter has 20 000 characters; its claims quote it and its sources.
ANSWER_MAX_CHARS = 200_000

# Each of an answer's tokens travels in an envelope of some 300 bytes.
STREAM_MAX_BYTES = 20_000_000

# The longest honest line is a whole answer in one event, each character as a \\u escape of six.
LINE_MAX_BYTES = 1_300_000

# Enough for any honest error; the rest is a web page.
ERROR_MAX_BYTES = 16_000

TOKENS_MAX = 1_000_000_000

_DONE = b"[DONE]"
_BOM = b"\xef\xbb\xbf"
_CODE = re.compile(r"[a-zA-Z0-9_.-]{1,60}")
_NOT_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

# What OpenAI, Anthropic and Gemini call the same ends, in lower case.
_CUT = frozenset({"length", "max_tokens", "max_output_tokens"})
_FILTERED = frozenset({"content_filter", "safety", "refusal", "prohibited_content", "blocklist", "recitation"})


class EventReader:
    """Server-sent events: takes bytes as they come, gives the data of each event that is complete.

    Lines end in LF, CRLF or CR. The blank line between two events may be missing, as after the last.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self.comments = 0

    @property
    def is_overlong(self) -> bool:
        """The event under way is larger than any that is meant seriously; reading on is pointless."""
        return len(self._rest) + sum(map(len, self._data)) > LINE_MAX_BYTES

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        text = self._rest + chunk
        whole = text.removesuffix(b"\r")  # the LF of a last CR may come with the next chunk
        *lines, rest = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = rest + text[len(whole) :]
        for line in lines:
            yield from self._read(line)

    def end(self) -> Iterator[bytes]:
        yield from self._read(self._rest.removesuffix(b"\r"))
        yield from self._read(b"")
        self._rest = b""

    def _read(self, line: bytes) -> Iterator[bytes]:
        name, _, value = line.partition(b":")
        if not line:
            yield from self._take_event()
        elif not name:
            self.comments += 1
        elif name == b"data":
            # Only one line is looked at: an event of many is separated as it should be.
            if len(self._data) == 1 and (_is_object(self._data[0]) or self._data[0].strip() == _DONE):
                yield from self._take_event()
            self._data.append(value.removeprefix(b" ").removeprefix(b"data: "))  # some relays write the name twice

    def _take_event(self) -> Iterator[bytes]:
        data, self._data = b"\n".join(self._data), []
        if data:
            yield data


class AnswerReader:
    """Takes the bytes of a successful answer, gives the pieces of text in them."""

    def __init__(self) -> None:
        self._events = EventReader()
        self._start = b""
        self._document = bytearray()
        self._is_document: bool | None = None
        self._received_bytes = 0
        self._pieces: list[str] = []
        self._chars = 0
        self._thought_bytes = 0
        self._signs = 0
        self._finish_reason = ""
        self._is_refusal = False
        self.text_bytes = 0
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.is_done = False
        self.failure: AttemptFailed | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def signs_of_life(self) -> int:
        """How many there were: text, thoughts, and comments that keep the connection open."""
        return self._signs + self._events.comments

    @property
    def is_complete(self) -> bool:
        """The model has said that it is at an end, whatever may still follow."""
        return self.is_done or self._finish_reason != ""

    @property
    def is_whole(self) -> bool:
        """Nothing is missing: the model has said so, or the text is a whole object of JSON."""
        return (self.is_complete and self._finish_reason not in _CUT) or _is_object(
            without_thoughts(self.text).encode()
        )

    @property
    def is_cut_by_thoughts(self) -> bool:
        """Thoughts have taken so much of the length limit that the answer did not fit any more."""
        return self._finish_reason in _CUT and (self._thought_bytes > 0 or without_thoughts(self.text) != self.text)

    def feed(self, chunk: bytes) -> Iterator[str]:
        self._received_bytes += len(chunk)
        if self._is_document is None:
            chunk = self._start = (self._start + chunk).removeprefix(_BOM).lstrip()
            if not _BOM.startswith(chunk):  # nothing yet, or a part of the mark
                self._is_document = chunk.startswith((b"{", b"["))
        if self._is_document:
            self._document += chunk
            self._signs += 1
        elif self._is_document is False:
            for data in self._events.feed(chunk):
                yield from self._read(data)
        limit = ANSWER_MAX_CHARS * 6 if self._is_document else STREAM_MAX_BYTES
        if self._received_bytes > limit or self._events.is_overlong:
            self._fail("the answer has no end", is_passing=False)

    def end(self) -> Iterator[str]:
        """The body came to its end."""
        for data in self._documents() if self._is_document else self._events.end():
            yield from self._read(data)
        self.is_done = self.is_done or bool(self._is_document)

    def verdict(self) -> AttemptFailed | None:
        """Why what was read is no answer, or None."""
        if self.failure:
            return self.failure
        if self._is_refusal or self._finish_reason in _FILTERED:
            return AttemptFailed("the model refused", may_differ=True)
        if self._finish_reason == "error":
            return AttemptFailed("the provider reported an error while it answered", is_passing=True)
        if not self.is_whole:
            is_cut = self._finish_reason in _CUT
            reason = "the answer was cut at its length limit" if is_cut else "the stream broke off"
            return AttemptFailed(reason, is_passing=not is_cut, may_differ=is_cut)
        return None if self.text.strip() else AttemptFailed("the answer is empty", may_differ=True)

    def _read(self, data: bytes) -> Iterator[str]:
        """Nothing is read behind the end or behind a failure."""
        if self.is_done or self.failure or not data.strip():
            return
        if data.strip() == _DONE:
            self.is_done = True
            return
        try:
            chunk = _object(msgspec.json.decode(data))
        except _NOT_JSON:
            self._fail("the answer is not that of a chat-completions endpoint")
            return
        if _is_error(chunk.get("error")) or chunk.get("object") == "error":
            self._fail(f"the provider reported an error ({error_code(data) or 'no code'})")
            return
        for place in (chunk, _object(chunk.get("x_groq"))):
            self._count(_object(place.get("usage")))
        choices = chunk.get("choices")
        for choice in map(_object, cast("list[Any]", choices) if isinstance(choices, list) else ()):
            index = choice.get("index")
            if not (isinstance(index, int) and index > 0):
                yield from self._hear(choice)

    def _documents(self) -> list[bytes]:
        """One, or one in each line."""
        whole = bytes(self._document)
        return [whole] if _is_json(whole) else whole.splitlines()

    def _hear(self, choice: dict[str, Any]) -> Iterator[str]:
        said = _object(choice.get("delta"))
        if not self._pieces and "content" not in said:  # else the message repeats what was streamed
            said = _object(choice.get("message")) or said
        piece, thought = _text_and_thought(said.get("content"))
        thought += _text(said.get("reasoning_content")) or _text(said.get("reasoning"))
        refusal = _text(said.get("refusal"))
        self._finish_reason = _text(choice.get("finish_reason")).lower() or self._finish_reason
        self._is_refusal = self._is_refusal or refusal != ""
        if self._finish_reason and len(piece) == self._chars and piece == self.text:  # so do some last deltas
            piece = ""
        self._signs += bool(thought or piece or refusal)
        self._thought_bytes += len(thought.encode())
        self.text_bytes += len(f"{thought}{piece}{refusal}".encode())
        if not piece:
            return
        self._chars += len(piece)
        if self._chars > ANSWER_MAX_CHARS:
            self._fail(f"the answer has more than {ANSWER_MAX_CHARS} characters", is_passing=False)
            return
        self._pieces.append(piece)
        yield piece

    def _count(self, usage: dict[str, Any]) -> None:
        """The last number of each kind; servers that count in every event send the sum."""
        self.input_tokens = _tokens(usage, "prompt_tokens", "input_tokens") or self.input_tokens
        self.output_tokens = _tokens(usage, "completion_tokens", "output_tokens") or self.output_tokens

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
        document = _object(msgspec.json.decode(body))
    except _NOT_JSON:
        return None
    value = _object(document.get("error")).get(name)
    return str(value) if isinstance(value, str | int) else None


def _is_json(data: bytes) -> bool:
    try:
        msgspec.json.decode(data)
    except _NOT_JSON:
        return False
    return True


def _is_object(data: bytes) -> bool:
    return data.lstrip().startswith(b"{") and _is_json(data)


def _is_error(value: Any) -> bool:
    """Some endpoints send an error in every event, and nothing in it."""
    return any(cast("dict[str, Any]", value).values()) if isinstance(value, dict) else bool(value)


def _object(value: Any) -> dict[str, Any]:
    """An object, also where it stands alone in a list; an empty one in place of anything else."""
    if isinstance(value, list) and value:
        value = cast("list[Any]", value)[0]
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _text_and_thought(content: Any) -> tuple[str, str]:
    """Of a text, or of parts, some of which may be thoughts."""
    if isinstance(content, str):
        return content, ""
    said, thought = "", ""
    for part in cast("list[Any]", content if isinstance(content, list) else [content]):
        if isinstance(part, dict) and cast("dict[str, Any]", part).get("type", "text") not in ("text", "output_text"):
            thought += msgspec.json.encode(part).decode()
        else:
            said += _text(part) or _text(_object(part).get("text"))
    return said, thought


def _tokens(usage: dict[str, Any], *names: str) -> int | None:
    """A count under one of its names; none where it is no count. Every request has tokens, so 0 is none."""
    for name in names:
        value = usage.get(name)
        if isinstance(value, int | float) and math.isfinite(value) and 1 <= value <= TOKENS_MAX:
            return round(value)
    return None
