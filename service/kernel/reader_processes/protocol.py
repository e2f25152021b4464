"""What goes between an owner and its reader: a length in four bytes, then as many of MessagePack. And the reader's own
side, which answers requests until its standard input ends.

A reader ends with its owner, however that one ended: waiting, by the end of its input; reading, by an alarm, which
unlike a watching thread also ends it inside an extension module. (Linux's parent-death signal would fire when the
*thread* that started it ends, and trio starts processes from short-lived threads.)
"""

import resource
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO, TypeVar

import msgspec

T = TypeVar("T")

HEADER_BYTES = 4
# The largest that is read, a page of 5 MB, takes less in MessagePack, and so does its reading, even where each
# character takes four bytes.
FRAME_MAX_BYTES = 24_000_000

READY = b"\0\0\0\0"  # a reader's first frame: it is warm

_ENCODER = msgspec.msgpack.Encoder()


class MalformedFrame(ValueError):
    """The other side does not speak frames."""


def frame(message: msgspec.Struct) -> bytes:
    body = _ENCODER.encode(message)
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def body_length(header: bytes) -> int:
    length = int.from_bytes(header, "big")
    if len(header) < HEADER_BYTES or length > FRAME_MAX_BYTES:
        raise MalformedFrame(f"no frame begins with {header!r}")
    return length


def message_in(body: bytes, decoder: msgspec.msgpack.Decoder[T]) -> T:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise MalformedFrame(str(error)) from error


Request = TypeVar("Request")


def answer_requests(
    read: Callable[[Request], msgspec.Struct],
    requests: msgspec.msgpack.Decoder[Request],
    *,
    alarm_seconds: float,
    memory_max_bytes: int,
) -> None:
    """Returns at the end of the input. `alarm_seconds` for one request lies beyond the owner's own limit, so that the
    alarm goes off only where no owner is left."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_max_bytes, memory_max_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    outgoing.write(READY)
    outgoing.flush()
    while (body := _next_body(incoming)) is not None:
        signal.setitimer(signal.ITIMER_REAL, alarm_seconds)  # then SIGALRM, whose default is to end the process
        outgoing.write(frame(read(message_in(body, requests))))
        outgoing.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _next_body(incoming: BinaryIO) -> bytes | None:
    """None at the end of the input, also where it ends within a frame: the owner died while it wrote."""
    header = incoming.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    length = body_length(header)
    body = incoming.read(length)
    return body if len(body) == length else None
