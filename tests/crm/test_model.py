"""The rules over what a caller says of a job."""

import unicodedata
from contextlib import suppress

import hypothesis
import pytest
from hypothesis import strategies as st

from service.crm.jobs.model import TELLING_MIN_CHARS, TITLE_KEY_MAX_CHARS, content_hash, title_key
from service.crm.model import LINE_MAX_CHARS, STATUSES, Status, clean_fields, status_named, status_numbered
from service.kernel.errors import InvalidRequest
from service.kernel.text import UNSTORABLE, one_line

ANYTHING = st.text(st.characters(codec=None), max_size=LINE_MAX_CHARS + 20)


@hypothesis.given(ANYTHING)
def test_a_title_is_refused_or_can_be_kept_and_compared(title: str) -> None:
    kept = ""
    with suppress(InvalidRequest):
        kept = clean_fields({"job_title": title})["job_title"]
    if not kept:
        return
    assert len(kept) <= LINE_MAX_CHARS
    assert not UNSTORABLE.search(kept)
    assert "\n" not in kept
    key = title_key(kept)
    assert 0 < len(key) <= TITLE_KEY_MAX_CHARS
    assert title_key(f" {kept}\t") == key
    assert title_key(one_line(kept)) == key
    assert clean_fields({"job_title": kept}) == {"job_title": kept}


@hypothesis.given(st.text(alphabet="ab ß\n\tÄ", min_size=0, max_size=3 * TELLING_MIN_CHARS))
def test_the_same_words_are_the_same_posting(description: str) -> None:
    said = content_hash(description)
    assert content_hash(f"\n{description.replace(' ', chr(10) + ' ')} ") == said
    assert content_hash(f"• **{description.replace(' ', '! _')}**…") == said
    assert content_hash(unicodedata.normalize("NFD", description)) == said
    assert content_hash(description.casefold()) == said
    assert (said is None) == (len(" ".join(description.casefold().split())) < TELLING_MIN_CHARS)
    if said is not None:
        assert content_hash(f"{description} more") != said


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_found_by_its_name_in_any_case_and_by_its_number(status: Status) -> None:
    assert (
        status_named(f" {status.upper()}") is status_named(status.lower()) is status_numbered(status.number) is status
    )


def test_each_place_that_is_wrong_is_named() -> None:
    with pytest.raises(InvalidRequest) as refused:
        clean_fields({"company": "", "job_title": "x" * 301, "notes": "\0", "status": None, "salary_range": None})
    assert [error.pointer for error in refused.value.errors] == ["/company", "/job_title", "/notes", "/status"]


def test_what_says_nothing_is_none() -> None:
    assert clean_fields({"notes": " \n", "source": "\u200b", "job_url": ""}) == {
        "notes": None,
        "source": None,
        "job_url": None,
    }
