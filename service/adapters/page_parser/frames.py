"""What goes between a parser and its worker: a length in four bytes, then as many of MessagePack."""

import msgspec

from service.adapters.page_parser import Page

HEADER_BYTES = 4
# A page of 5 MB, or its reading, takes less in MessagePack even where each character takes four bytes.
FRAME_MAX_BYTES = 24_000_000

READY = b"\0\0\0\0"  # a worker's first frame: it is warm


class Request(msgspec.Struct, frozen=True):
    """One page to read; text travels as UTF-8, so that bytes need no copy."""

    html: bytes
    is_text: bool
    charset: str | None


class MalformedFrame(ValueError):
    """The other side does not speak frames."""


_ENCODER = msgspec.msgpack.Encoder()
_REQUESTS = msgspec.msgpack.Decoder(Request)
_PAGES = msgspec.msgpack.Decoder(Page)


def frame(message: Request | Page) -> bytes:
    body = _ENCODER.encode(message)
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def body_length(header: bytes) -> int:
    length = int.from_bytes(header, "big")
    if len(header) < HEADER_BYTES or length > FRAME_MAX_BYTES:
        raise MalformedFrame(f"no frame begins with {header!r}")
    return length


def request_in(body: bytes) -> Request:
    return _REQUESTS.decode(body)


def page_in(body: bytes) -> Page:
    try:
        return _PAGES.decode(body)
    except msgspec.DecodeError as error:
        raise MalformedFrame(str(error)) from error
