"""What a header names."""

import pytest

from service.crm.files.columns import COLUMNS, QUOTED_NAME_MAX_CHARS, SPELLINGS, parse_header
from service.kernel.errors import InvalidRequest


@pytest.mark.parametrize(
    ("line", "columns", "delimiter"),
    [
        ("company,job_title\r\n", ["company", "job_title"], ","),
        ("Job Title;Company Name;URL", ["job_title", "company", "job_url"], ";"),
        ("ORGANIZATION\tposition\tDate applied\n", ["company", "job_title", "application_date"], "\t"),
        (',"company",job-title,\n', [None, "company", "job_title", None], ","),
        (",".join(COLUMNS), list(COLUMNS), ","),
    ],
)
def test_columns_in_any_order_and_spelling(line: str, columns: list[str | None], delimiter: str) -> None:
    assert parse_header(line) == (columns, delimiter)


@pytest.mark.parametrize(
    ("line", "pointers"),
    [
        ("company,job_title,Shoe size,Stärke\n", ["/Shoe size", "/Stärke"]),
        ("company\n", ["/job_title"]),
        ("Status\n", ["/company", "/job_title"]),
        ("company,job_title,employer\n", ["/company"]),
        ("Acme Inc.,Backend Engineer\n", ["/Acme Inc.", "/Backend Engineer"]),
        (f"company,job_title,{'x' * 3_000}\n", ["/" + "x" * QUOTED_NAME_MAX_CHARS]),
        ("company,job_title," + ",".join(map(str, range(50))), [f"/{number}" for number in range(10)]),
        ("Company;Stelle;Title\n", ["/Stelle"]),
    ],
    ids=range(8),
)
def test_a_header_that_would_lose_something_is_refused(line: str, pointers: list[str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_header(line)
    assert [error.pointer for error in caught.value.errors] == pointers
    assert len(caught.value.detail) < 2_000


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('company,job_title,"salary\n', "not closed"),
        ('"company,job_title\n', "not closed"),
        ('company,"job_title"s\n', "does not end"),
    ],
)
def test_a_header_that_is_no_record_says_so(line: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        parse_header(line)


def test_no_spelling_stands_for_two_columns() -> None:
    names = [*COLUMNS, *(spelling for spellings in SPELLINGS.values() for spelling in spellings)]
    assert len(names) == len(set(names))
    assert SPELLINGS.keys() <= set(COLUMNS)
