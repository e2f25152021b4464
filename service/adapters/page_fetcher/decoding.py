"""Reading a body to a limit that counts after decompression: 321 bytes of gzip in gzip hold 100 MB."""

import zlib
from collections.abc import Sequence
from typing import Literal, Protocol

from service.adapters.page_fetcher import UnfetchableUrl

# What we say we accept; anything else, and anything twice, is refused.
ACCEPT_ENCODING = "gzip, deflate"

# Servers send one; each costs as much to begin as 10 kB to decompress.
MEMBERS_MAX = 16

GZIP, ZLIB, RAW_DEFLATE = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS

# By `deflate` some servers mean the bare stream (RFC 9110, 8.4.1.2); the first two bytes tell.
ZLIB_HEADER_BYTES = 2


class Decompressor(Protocol):
    """What `zlib.decompressobj` makes."""

    @property
    def unconsumed_tail(self) -> bytes: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class BodyReader:
    """Collects a body piece by piece; never fails while it does, so that the sender can be hung up on in order.

    `is_full` turns true once it holds more than `limit_bytes`, or was sent more: some bodies decompress to nothing for
    ever. `is_done`: there is no use in reading on.
    """

    def __init__(self, encodings: Sequence[str], *, limit_bytes: int) -> None:
        self._layer = _layer(encodings)
        self._head = b""
        self._decompressor: Decompressor | None = None
        self._limit_bytes = limit_bytes
        self._received_bytes = 0
        self._members = 0
        self._content = bytearray()
        self._problem = ""

    @property
    def is_full(self) -> bool:
        return max(self._received_bytes, len(self._content)) > self._limit_bytes

    @property
    def is_done(self) -> bool:
        return self.is_full or bool(self._problem)

    def feed(self, piece: bytes) -> None:
        self._received_bytes += len(piece)
        if self._layer == "identity":
            self._content += piece
            return
        if self._decompressor is None:
            self._head += piece
            if len(self._head) < ZLIB_HEADER_BYTES:
                return
            piece = self._head
        while piece and not self.is_done:
            piece = self._decompress(piece)

    def content(self) -> bytes:
        """At most `limit_bytes` of the body. Raises `UnfetchableUrl` when its compression was broken or cut short."""
        if self._problem:
            raise UnfetchableUrl(self._problem)
        is_whole = self._decompressor.eof if self._decompressor else not self._head
        if not is_whole and not self.is_full:
            raise UnfetchableUrl("The page's compressed body ended early.")
        return bytes(self._content[: self._limit_bytes])

    def _decompress(self, piece: bytes) -> bytes:
        """Take from `piece` what fits and return the rest; a gzip body may be several in a row (RFC 1952, 2.2)."""
        if self._decompressor is None or self._decompressor.eof:
            if self._members and not (piece := piece.lstrip(b"\0")):  # zero bytes after the end are padding
                return b""
            self._members += 1
            if self._members > MEMBERS_MAX:
                self._problem = f"The page's compressed body is made of more than {MEMBERS_MAX} parts."
                return b""
            self._decompressor = zlib.decompressobj(_window(self._layer, self._head))
        room = self._limit_bytes + 1 - len(self._content)
        try:
            self._content += self._decompressor.decompress(piece, room)
        except zlib.error:
            self._problem = "The page's compressed body is broken."
            return b""
        if self._decompressor.eof:
            return self._decompressor.unused_data
        return self._decompressor.unconsumed_tail


def _window(layer: str, head: bytes) -> int:
    if layer == "gzip":
        return GZIP
    is_zlib = head[0] & 15 == zlib.DEFLATED and int.from_bytes(head[:ZLIB_HEADER_BYTES]) % 31 == 0  # RFC 1950, 2.2
    return ZLIB if is_zlib else RAW_DEFLATE


def _layer(encodings: Sequence[str]) -> Literal["identity", "gzip", "deflate"]:
    layers = [layer for value in encodings for part in value.split(",") if (layer := part.strip().lower())]
    match [layer for layer in layers if layer != "identity"]:
        case []:
            return "identity"
        case ["gzip" | "x-gzip"]:
            return "gzip"
        case ["deflate"]:
            return "deflate"
        case [one]:
            raise UnfetchableUrl(f"The page is encoded as {one[:40]}, which was not asked for.")
        case _:
            raise UnfetchableUrl("The page is compressed more than once.")
