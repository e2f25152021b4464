"""The reader's own side: answer requests until standard input ends.

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

from service.kernel.reader_processes.frames import HEADER_BYTES, READY, body_length, frame, message_in

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
