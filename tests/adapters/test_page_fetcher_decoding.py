import tracemalloc
import zlib
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.page_fetcher import UnfetchableUrl
from service.adapters.page_fetcher.decoding import MEMBERS_MAX, BodyReader
from tests.fakes.page_server import gzipped


def read(encoding: str, *pieces: bytes, limit_bytes: int = 1000) -> BodyReader:
    body = BodyReader([encoding], limit_bytes=limit_bytes)
    for piece in pieces:
        body.feed(piece)
    return body


def test_a_bomb_never_unfolds_in_memory() -> None:
    bomb = gzipped(bytes(50_000_000))
    tracemalloc.start()
    try:
        body = read("gzip", bomb, limit_bytes=100_000)
        assert body.is_full
        assert len(body.content()) == 100_000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@given(
    st.binary(max_size=500),
    st.lists(st.integers(0, 600) | st.integers(0, 3)),
    st.sampled_from(["gzip", "deflate", "raw", "identity"]),
)
def test_however_a_body_is_cut_into_pieces_it_reads_the_same(body: bytes, cuts: list[int], kind: str) -> None:
    sent = {"gzip": gzipped(body), "deflate": zlib.compress(body), "raw": gzipped(body, window=-15), "identity": body}
    whole = sent[kind]
    places = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    pieces = [whole[start:end] for start, end in pairwise(places)]
    assert read({"raw": "deflate"}.get(kind, kind), *pieces).content() == body


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]))
def test_garbage_is_refused_or_read_and_never_fails_otherwise(garbage: bytes, encoding: str) -> None:
    with suppress(UnfetchableUrl):
        assert len(read(encoding, garbage, limit_bytes=100).content()) <= 100


def test_what_was_sent_counts_as_well_as_what_it_holds() -> None:
    assert read("", bytes(1000)).content() == bytes(1000)
    assert read("", bytes(600), bytes(401)).is_full
    nothing_for_ever = gzipped(b"")[:10] + b"\x00\x00\x00\xff\xff" * 300
    assert read("gzip", nothing_for_ever).is_full


def test_a_body_in_too_many_parts_is_refused() -> None:
    assert read("gzip", gzipped(b"x") * MEMBERS_MAX).content() == b"x" * MEMBERS_MAX
    with pytest.raises(UnfetchableUrl, match="parts"):
        read("gzip", gzipped(b"x") * (MEMBERS_MAX + 1)).content()


def test_zero_bytes_after_the_end_are_padding() -> None:
    assert read("gzip", gzipped(b"a") + b"\0\0", b"\0", gzipped(b"b"), b"\0").content() == b"ab"


def test_an_empty_body_needs_no_compression() -> None:
    assert read("gzip").content() == b""
