"""Reading runs on the event loop: how long it may take there, compared with a plain text of the same size."""

import gc
import json
from collections.abc import Iterator

import pytest

from service.postings.reading.data import json_ld
from tests.postings.pages import pasted
from tests.thread_time import assert_takes_at_most

LINE_CHARS = 1_000_000
# Measured: up to 9, 1.3 and 15.
LINE_TIMES, PAGE_TIMES, DATA_TIMES = 40, 6, 60
PLAIN_LINE = "We look for someone who likes to build things together. " * 18_000
PLAIN_PAGE = "The team builds software.\n" * 4_000
PLAIN_DATA = json.dumps([{"@type": "Thing", "name": "a plain name", "n": 1}] * 3_600)


@pytest.fixture(autouse=True)
def of_its_own_objects() -> Iterator[None]:
    """What other tests left in memory is not looked through while this one's time is taken."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize(
    "unit",
    ["a", "A ", "Aa ", "$1 ", "1,", "1 000 ", "C, ", "Go in ", ". ", "apply by 1 ", "seeking a A ", "based in A, ", " ",
     "About X ", '"', "remote in ", "Requirements: ", "- "],
)  # fmt: skip
def test_a_hostile_line_of_a_megabyte(unit: str) -> None:
    line = unit * (LINE_CHARS // len(unit))
    pasted("C, C++")  # the vocabulary is read once
    assert_takes_at_most(LINE_TIMES, lambda: pasted(line), compared_with=lambda: pasted(PLAIN_LINE))


@pytest.mark.parametrize(
    "line",
    ["$1 $2 $3 $4 $5 $6 $7 $8 a year", "Salary: 1 2 3 4 5 6 7 8", "bonus of €1 d bonus €4 e", "A · B · C",
     "Vollzeit, 1", "il y a 1 ", "Apache Go", "Acme GmbH · ", "if the position is closed",
     "Homeoffice:", "veröffentlicht 1.1.", "C"],
)  # fmt: skip
def test_a_hostile_page_of_lines(line: str) -> None:
    text = f"{line}\n" * (100_000 // len(line))
    pasted("C, C++")
    assert_takes_at_most(PAGE_TIMES, lambda: pasted(text), compared_with=lambda: pasted(PLAIN_PAGE))


POSTING = '{"@type":"JobPosting","title":"a"'


@pytest.mark.parametrize(
    "scripts",
    [
        ["[" + "[]," * 66_000 + "[]]"],
        ["[" + "{}," * 66_000 + "{}]"],
        ["[" + "1," * 99_000 + "1]"],
        [f"[{f'{POSTING}}},' * 6_000}{POSTING}}}]"],
        ["[" + "[1,]," * 19_000 + "]"],
        ['"' + "\\x" * 49_000],
        ['""' * 49_000],
        ["&quot;" * 16_000],
        ["<!--" * 24_000],
        ["[" + "[]," * 66_000 + "[],]"] * 5,
        ["[" + "[1,]," * 1_000 + "]"] * 200,
    ],
)
def test_hostile_data_of_a_page(scripts: list[str]) -> None:
    hostile, plain = tuple(scripts), (PLAIN_DATA,)
    assert_takes_at_most(DATA_TIMES, lambda: json_ld.postings(hostile), compared_with=lambda: json_ld.postings(plain))
