"""What goes between an owner and its reader: a length in four bytes, then as many of MessagePack."""

from typing import TypeVar

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
