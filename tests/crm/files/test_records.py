"""Bytes in any pieces come out as the same lines and records; one that cannot be read costs no other."""

import tracemalloc
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.crm.files.records import (
    RECORD_MAX_LINES,
    LineError,
    Lines,
    Record,
    Records,
    csv_text,
    guard_formula,
    unguard_formula,
)

cells = st.text(alphabet=st.sampled_from("ab,;\"'=+-@\t\r\n é"), max_size=6)
tables = st.lists(st.lists(cells, min_size=2, max_size=3), max_size=6)


def read(lines: Sequence[str | None], *, at_once: int = 100, max_characters: int = 1_000) -> list[Record | LineError]:
    records = Records(",", first_line=1, max_characters=max_characters)
    pieces = [lines[start : start + at_once] for start in range(0, len(lines), at_once)]
    found = [each for piece in pieces for each in records.read(piece)]
    return [*found, *records.read([], is_end=True)]


def lines_of(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])


@given(tables, st.integers(1, 5))
def test_what_is_written_is_read(rows: list[list[str]], at_once: int) -> None:
    text = csv_text(rows)
    found = read(lines_of(text), at_once=at_once)
    # A record of empty cells says nothing, and is left out.
    assert [[unguard_formula(cell) for cell in each.cells] for each in found if isinstance(each, Record)] == [
        row for row in rows if any(row)
    ]
    assert [error for error in found if isinstance(error, LineError)] == []
    starts = [text[: len(csv_text(rows[:count]))].count("\n") + 1 for count, row in enumerate(rows) if any(row)]
    assert [each.line for each in found] == starts


@given(cells)
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    assert not guard_formula(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert unguard_formula(guard_formula(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("=1+1", "'=1+1"), ("'=1", "''=1"), ("'quoted'", "'quoted'"), ("a=1", "a=1"), ("", ""), ("-5", "'-5")],
)
def test_formulas_have_an_apostrophe(cell: str, expected: str) -> None:
    assert guard_formula(cell) == expected


NOT_CLOSED = "a quoted cell is not closed"


@pytest.mark.parametrize(
    ("text", "bad", "good"),
    [
        pytest.param('a,"b\nc,d\ne,"f"\n', {1}, [["c", "d"], ["e", "f"]], id="closed by the next quoted cell"),
        pytest.param('a,"b\nc,d\n', {1}, [["c", "d"]], id="never closed"),
        pytest.param('a,"b', {1}, [], id="at the very end"),
        pytest.param('a,"b"c\nd,e\n', {1}, [["d", "e"]], id="text behind the quotation mark"),
        pytest.param("a\rb,c\nd,e\n", {1}, [["d", "e"]], id="a carriage return alone"),
        pytest.param('5" pipe,b\nc,d\n', set[int](), [['5" pipe', "b"], ["c", "d"]], id="a mark within a cell is text"),
        pytest.param('a,"b\n\nc"\n\n\nd,e', set[int](), [["a", "b\n\nc"], ["d", "e"]], id="blank lines"),
    ],
)
@pytest.mark.parametrize("at_once", [1, 100])
def test_a_bad_record_costs_itself_alone(text: str, bad: set[int], good: list[list[str]], at_once: int) -> None:
    found = read(lines_of(text), at_once=at_once)
    assert {each.line for each in found if isinstance(each, LineError)} == bad
    assert [each.cells for each in found if isinstance(each, Record)] == good


def test_a_line_that_was_not_kept_is_an_error_of_its_own() -> None:
    found = read(["a,b\n", None, "c,d\n", 'e,"f\n', None, "g,h\n"])
    assert [each.line for each in found if isinstance(each, LineError)] == [2, 4, 5]
    assert [each.line for each in found if isinstance(each, Record)] == [1, 3, 6]


def test_a_record_of_too_many_lines_is_given_up_without_being_kept() -> None:
    lines = ['a,"b\n', *["c,d\n"] * 1_000]
    found = read(lines, at_once=7, max_characters=200)
    assert isinstance(found[0], LineError)
    assert [each.line for each in found[1:]] == list(range(2, 1_002))


def test_lines_that_each_seem_to_open_a_cell_are_not_read_over_and_over() -> None:
    """`x","` opens a cell where none is open, and closes one and opens another where one is."""
    found = read(['x","\n'] * 20_000, max_characters=2_000)
    details = [each.detail for each in found if isinstance(each, LineError)]
    assert len(details) == len(found) < 200
    assert "were left out with it" in details[-1]


def test_a_long_cell_is_no_error_here() -> None:
    cell = "x" * 200_000  # the module takes 131 072 unless it is told otherwise
    [found] = read([f"a,{cell}\n"], max_characters=10**6)
    assert isinstance(found, Record)


@pytest.mark.parametrize("line", ["\n", "x\n", '""\n'])
def test_a_quote_that_nobody_closes_is_given_up_after_so_many_lines(line: str) -> None:
    records = Records(",", first_line=1, max_characters=10**6)
    found: list[Record | LineError] = []
    fed = 0
    while not found:
        found = list(records.read(['a,"\n', *[line] * 99] if not fed else [line] * 100))
        fed += 100
    assert RECORD_MAX_LINES < fed <= 2 * RECORD_MAX_LINES + 200
    assert isinstance(found[0], LineError)
    assert (found[0].line, str(RECORD_MAX_LINES) in found[0].detail) == (1, True)


def test_a_record_of_many_lines_is_read() -> None:
    cell = "x\n" * (RECORD_MAX_LINES - 1)
    [record] = read(lines_of(csv_text([["a", cell]])), max_characters=10**6)
    assert isinstance(record, Record)
    assert record.cells[1] == cell


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
