"""What goes between an owner and its reader. The pool itself is tried by those who read with it: pages and résumés."""

import msgspec
import pytest

from service.kernel.reader_processes.protocol import (
    FRAME_MAX_BYTES,
    HEADER_BYTES,
    MalformedFrame,
    body_length,
    frame,
    message_in,
)


class Note(msgspec.Struct, frozen=True):
    text: str


def test_a_message_comes_back_out_of_its_frame() -> None:
    framed = frame(Note("Zürich"))
    body = framed[HEADER_BYTES:]
    assert body_length(framed[:HEADER_BYTES]) == len(body)
    assert message_in(body, msgspec.msgpack.Decoder(Note)) == Note("Zürich")


@pytest.mark.parametrize("header", [b"", b"\0\0\0", (FRAME_MAX_BYTES + 1).to_bytes(4, "big"), b"\xff" * 4])
def test_what_begins_no_frame_is_refused(header: bytes) -> None:
    with pytest.raises(MalformedFrame):
        body_length(header)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"\xc1"])
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedFrame):
        message_in(body, msgspec.msgpack.Decoder(Note))
