"""Bytes in any pieces come out as the same lines."""

import tracemalloc
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.crm.lines import Lines

some_bytes = st.lists(st.sampled_from([b"\n", b"\r\n", b"a", b"\xc3\xa9", b'"', b"", b"long" * 5]), max_size=30).map(
    b"".join
)


def cut(pieces: list[bytes], *, max_bytes: int = 1_000) -> list[bytes | None]:
    lines = Lines(max_bytes=max_bytes)
    found = [line for piece in pieces for line in lines.cut(piece)] + lines.last()
    assert lines.count == len(found)
    assert lines.last() == []
    return found


@given(some_bytes, st.lists(st.integers(0, 60), max_size=8))
def test_pieces_make_no_difference(body: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(body), *(min(place, len(body)) for place in cuts)})
    pieces = [body[start:end] for start, end in pairwise(places)]
    lines = cut(pieces)
    assert b"".join(line or b"" for line in lines) == body
    assert all(line is not None and line.count(b"\n") <= 1 for line in lines)
    assert len(lines) == body.count(b"\n") + (not body.endswith(b"\n") and body != b"")


@given(some_bytes)
def test_a_line_is_too_long_whatever_pieces_it_comes_in(body: bytes) -> None:
    at_once = cut([body], max_bytes=7)
    assert cut([body[at : at + 1] for at in range(len(body))], max_bytes=7) == at_once
    whole = body.splitlines(keepends=True) if b"\r" not in body else None
    assert whole is None or at_once == [line if len(line) <= 7 else None for line in whole]


def test_a_line_without_an_end_is_not_kept() -> None:
    lines = Lines(max_bytes=10_000)
    tracemalloc.start()
    try:
        for _ in range(1_000):
            assert lines.cut(b"x" * 10_000) == []
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 100_000
    assert lines.cut(b"\nnext\n") == [None, b"next\n"]
