"""Everything the fake model can do instead of answering, by name."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import anyio

from tests.fakes.model_talk import Talk, document, error

Fault = Callable[[Talk], Awaitable[None]]


async def ok(talk: Talk) -> None:
    if not talk.seen.body.get("stream"):
        await whole(talk)
        return
    await talk.begin()
    await talk.say(talk.pieces())
    await talk.finish()


async def whole(talk: Talk) -> None:
    """Not streamed, whatever was asked."""
    await anyio.sleep(talk.manner.latency_seconds)
    message = {"index": 0, "message": {"role": "assistant", "content": talk.text}, "finish_reason": "stop"}
    talk.seen.pieces = 1
    await talk.stream.send(document(json.dumps({"choices": [message], "usage": talk.usage()}).encode()))


async def status(talk: Talk, *, code: int) -> None:
    """An error that repeats what it should not, as some do."""
    said = {"error": {"message": f"{talk.seen.headers.get('authorization')} {talk.seen.body}", "code": f"code_{code}"}}
    after = {"retry-after": talk.manner.retry_after} if talk.manner.retry_after else {}
    await talk.stream.send(document(json.dumps(said).encode(), status=code, headers=after))


async def quota(talk: Talk) -> None:
    await talk.stream.send(error("You exceeded your current quota", code="insufficient_quota", status=429))


async def silent(talk: Talk) -> None:
    del talk
    await anyio.sleep_forever()


async def silent_headers(talk: Talk) -> None:
    await talk.begin()
    await talk.delta(role="assistant", content="")
    await anyio.sleep_forever()


async def comments(talk: Talk) -> None:
    """Alive, and without a word."""
    await talk.begin()
    while True:
        await talk.raw(b": still thinking\n\n")
        await anyio.sleep(0.02)


async def stall(talk: Talk) -> None:
    await talk.begin()
    await talk.say(_half(talk))
    await anyio.sleep_forever()


async def drop(talk: Talk) -> None:
    await talk.begin()
    await talk.say(_half(talk))
    await talk.drop()


async def drop_clean(talk: Talk) -> None:
    """The body ends as it should, and the answer does not."""
    await talk.begin()
    await talk.say(_half(talk))
    await talk.stream.send(b"0\r\n\r\n")


async def drop_early(talk: Talk) -> None:
    await talk.drop()


async def drop_before_text(talk: Talk) -> None:
    await talk.begin()
    await talk.delta(role="assistant", content="")
    await talk.drop()


async def garbage(talk: Talk) -> None:
    await talk.begin()
    await talk.raw(b"<html>\r\nlorem\x00ipsum\n\n: \xff\xfe\n\ndata\n\nevent: what\n\n")
    await talk.stream.send(b"0\r\n\r\n")


async def garbage_events(talk: Talk) -> None:
    await talk.begin()
    await talk.event("{not json")
    await talk.stream.send(b"0\r\n\r\n")


async def not_http(talk: Talk) -> None:
    await talk.stream.send(b"\x16\x03\x01 what is this\r\n\r\n")
    await talk.drop()


async def invalid_utf8(talk: Talk) -> None:
    await talk.begin()
    await talk.raw(b'data: {"choices":[{"index":0,"delta":{"content":"caf\xe9 \xff"}}]}\n\n')
    await talk.finish()


async def empty(talk: Talk) -> None:
    await talk.begin()
    await talk.say([])
    await talk.finish()


async def nothing(talk: Talk) -> None:
    await talk.begin()
    await talk.stream.send(b"0\r\n\r\n")


async def endless(talk: Talk) -> None:
    await talk.begin()
    while True:
        await talk.delta(content="and on " * 500)


async def endless_line(talk: Talk) -> None:
    await talk.begin()
    await talk.raw(b"data: ")
    while True:
        await talk.raw(b"x" * 65_536)


async def endless_error(talk: Talk) -> None:
    await talk.stream.send(b"HTTP/1.1 500 Said\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        await talk.raw(b"x" * 65_536)


async def megabyte(talk: Talk) -> None:
    await talk.begin()
    await talk.event({"choices": [{"index": 0, "delta": {"content": "x" * 1_000_000}}]})
    await talk.finish()


async def refusal(talk: Talk) -> None:
    await talk.begin()
    await talk.delta(role="assistant", refusal="I cannot help with that.")
    await talk.finish()


async def finished_as(talk: Talk, *, reason: str) -> None:
    await talk.begin()
    await talk.say(_half(talk))
    await talk.finish(reason=reason)


async def thoughts_cut(talk: Talk) -> None:
    """The limit is used up before the answer begins."""
    await talk.begin()
    await talk.delta(reasoning_content="hm ")
    await talk.finish(reason="length")


async def grammar(talk: Talk) -> None:
    """Takes no schema, and does not say so."""
    if talk.seen.body.get("response_format", {}).get("type") == "json_schema":
        await talk.stream.send(error("Failed to parse grammar"))
        return
    await ok(talk)


async def recorded(talk: Talk, *, answer: bytes) -> None:
    """A whole answer as an endpoint gave it, head and body."""
    await talk.stream.send(answer)
    talk.seen.ended = "whole"
    await talk.stream.aclose()


async def filtered(talk: Talk) -> None:
    """Before a word was said."""
    await talk.begin()
    await talk.finish(reason="content_filter")


async def error_event(talk: Talk) -> None:
    await talk.begin()
    await talk.event({"error": {"message": "overloaded", "code": "overloaded"}})
    await talk.stream.send(b"0\r\n\r\n")


async def redirect(talk: Talk) -> None:
    await talk.stream.send(document(b"", status=307, headers={"location": "http://127.0.0.1:1/elsewhere"}))


async def no_done(talk: Talk) -> None:
    await talk.begin()
    await talk.say(talk.pieces())
    await talk.finish(is_done=False, is_counted=False)


async def uncounted(talk: Talk) -> None:
    await talk.begin()
    await talk.say(talk.pieces())
    await talk.finish(is_counted=False)


async def open_end(talk: Talk) -> None:
    """Everything was said, and the connection stays open."""
    await talk.begin()
    await talk.say(talk.pieces())
    await talk.delta(finish_reason="stop")
    await talk.event("[DONE]")
    await anyio.sleep_forever()


async def hang_up(talk: Talk) -> None:
    """A good answer, and then no patience with an idle connection."""
    await ok(talk)
    await talk.drop()


async def thinking(talk: Talk) -> None:
    """Thinks aloud for five latencies, then answers."""
    await talk.begin()
    for _ in range(5):
        await anyio.sleep(talk.manner.latency_seconds)
        await talk.delta(reasoning_content="hm ")
    await talk.say(talk.pieces())
    await talk.finish()


async def fenced(talk: Talk) -> None:
    talk.manner = replace(talk.manner, text=f"```json\n{talk.text}\n```\n")
    await ok(talk)


async def picky(talk: Talk, *, refused: Sequence[str]) -> None:
    """Refuses requests that hold one of `refused`: a field, or a form of answer."""
    body = talk.seen.body
    form = body.get("response_format", {}).get("type")
    for name in refused:
        if name == form:
            await talk.stream.send(
                error(f"'response_format.type' of '{name}' is not supported", param="response_format")
            )
            return
        if name in body:
            hint = "Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
            await talk.stream.send(error(f"Unsupported parameter: '{name}'. {hint}", param=name))
            return
    await ok(talk)


def _half(talk: Talk) -> Sequence[str]:
    pieces = talk.pieces()
    return pieces[: max(1, len(pieces) // 2)]


FAULTS: Mapping[str, Fault] = {
    "ok": ok,
    "whole": whole,
    "quota": quota,
    "silent": silent,
    "silent-headers": silent_headers,
    "comments": comments,
    "stall": stall,
    "drop": drop,
    "drop-clean": drop_clean,
    "drop-early": drop_early,
    "drop-before-text": drop_before_text,
    "garbage": garbage,
    "garbage-events": garbage_events,
    "not-http": not_http,
    "invalid-utf8": invalid_utf8,
    "empty": empty,
    "nothing": nothing,
    "endless": endless,
    "endless-line": endless_line,
    "endless-error": endless_error,
    "megabyte": megabyte,
    "refusal": refusal,
    "filtered": filtered,
    "filtered-late": partial(finished_as, reason="content_filter"),
    "length": partial(finished_as, reason="length"),
    "error-event": error_event,
    "redirect": redirect,
    "no-done": no_done,
    "uncounted": uncounted,
    "open-end": open_end,
    "hang-up": hang_up,
    "thinking": thinking,
    "thoughts-cut": thoughts_cut,
    "grammar": grammar,
    "fenced": fenced,
    "no-schema": partial(picky, refused=("json_schema",)),
    "no-form": partial(picky, refused=("response_format",)),
    "no-max-tokens": partial(picky, refused=("max_tokens",)),
    "no-stream-options": partial(picky, refused=("stream_options",)),
    "old": partial(picky, refused=("stream_options", "max_tokens", "response_format")),
    "impossible": partial(picky, refused=("messages", "max_tokens", "max_completion_tokens")),
}
