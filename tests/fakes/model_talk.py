"""One answer of the fake model's server, and the words it is said in: OpenAI's chat completions, over raw HTTP/1.1."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
from anyio.abc import ByteStream

from tests.fakes.model_letters import letter
from tests.fakes.model_postings import passages


@dataclass(frozen=True)
class Manner:
    """Seconds until the first token, pieces of an answer, and how many of them a second (0: at once)."""

    latency_seconds: float = 0.0
    chunks: int = 20
    per_second: float = 0.0
    retry_after: str = ""
    obeys: bool = False
    adds: str = ""
    text: str | None = None


@dataclass
class Seen:
    """One request. Times are those of the clock on the wall, for other processes; `ended` says whose doing it was."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float
    connection: int
    pieces: int = 0
    ended: str = ""  # "whole", "left" by the client, "dropped" by us
    ended_at: float | None = None

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))


@dataclass
class Talk:
    """One answer under way."""

    stream: ByteStream
    manner: Manner
    seen: Seen
    tell: Callable[[], None]

    @property
    def text(self) -> str:
        given = self.manner.text
        if given is None:
            given = passages(self.seen.body, obeys=self.manner.obeys)
        return letter(self.seen.body, obeys=self.manner.obeys, adds=self.manner.adds) if given is None else given

    def pieces(self) -> list[str]:
        text, count = self.text, max(1, self.manner.chunks)
        size = -(-len(text) // count) or 1
        return [text[start : start + size] for start in range(0, len(text), size)]

    def usage(self) -> dict[str, int]:
        """Sixteen bytes of prompt and one piece of answer are a token: numbers that no estimate gives."""
        return {"prompt_tokens": len(json.dumps(self.seen.body)) // 16, "completion_tokens": self.seen.pieces}

    async def begin(self, *, media_type: str = "text/event-stream; charset=utf-8") -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ntransfer-encoding: chunked\r\n\r\n"
        await self.stream.send(head.encode())

    async def raw(self, content: bytes) -> None:
        await self.stream.send(b"%x\r\n%b\r\n" % (len(content), content))

    async def event(self, data: Mapping[str, Any] | str) -> None:
        await self.raw(b"data: " + (data if isinstance(data, str) else json.dumps(data)).encode() + b"\n\n")

    async def delta(self, *, finish_reason: str | None = None, **delta: str) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        await self.event({"object": "chat.completion.chunk", "model": self.seen.model, "choices": [choice]})

    async def say(self, pieces: Sequence[str]) -> None:
        """The pieces at their pace, the first after the latency."""
        await self.delta(role="assistant", content="")
        await anyio.sleep(self.manner.latency_seconds)
        began = anyio.current_time()
        for number, piece in enumerate(pieces):
            if self.manner.per_second:
                await anyio.sleep_until(began + number / self.manner.per_second)
            await self.delta(content=piece)
            self.seen.pieces += 1
            self.tell()

    async def finish(self, *, reason: str = "stop", is_counted: bool = True, is_done: bool = True) -> None:
        await self.delta(finish_reason=reason)
        if is_counted and self.seen.body.get("stream_options", {}).get("include_usage"):
            await self.event({"choices": [], "usage": self.usage()})
        if is_done:
            await self.event("[DONE]")
        await self.stream.send(b"0\r\n\r\n")

    async def drop(self) -> None:
        self.seen.ended = "dropped"
        await self.stream.aclose()


def document(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    fields = {"content-type": "application/json", "content-length": str(len(body))} | dict(headers or {})
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def error(message: str, *, code: str = "", param: str | None = None, status: int = 400) -> bytes:
    body = {"error": {"message": message, "type": "invalid_request_error", "code": code or None, "param": param}}
    return document(json.dumps(body).encode(), status=status)
