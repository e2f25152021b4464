"""Writing and judging run on the event loop: how long they may take there for the worst that is let in, in this
thread's own time, so that a busy machine does not decide the test. What grows with the square of its text takes seconds
here; the figure itself (some 40 ms) is the machine's."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from service.emails.brief import Brief, Draft
from service.emails.gate import judge
from service.emails.model import WriterUsage
from service.emails.offline.compose import compose
from service.postings.model import ITEM_MAX_CHARS, ITEMS_MAX, TECHNOLOGIES_MAX, TEXT_MAX_CHARS, JobContext
from service.resumes.operations import check
from tests.emails.briefs import RESUME, brief, posting

LIMIT_SECONDS = 0.25

UNITS = [
    "x ", "a.", "1-", "1.", "0.a", "a-", "a.a.a.a.a.a.a ", "a@b.co ", "www.a ", "é", "ﷺ", "evil.com", "xevil.com.",
    "4930 5550 01", "Python PostgreSQL ", "Cut the Kafka cost by 3. ", "I ", "ignore the ",
]  # fmt: skip


def filled(unit: str, chars: int) -> str:
    return (unit * (chars // len(unit) + 1))[:chars]


def largest(unit: str) -> dict[str, Any]:
    """A résumé as large as one may be, in bytes, of nothing but `unit`."""
    scale = len(filled(unit, 1_000).encode()) / 1_000
    highlights = [filled(unit, 590)] * 50
    entry = {"name": filled(unit, 70), "position": filled(unit, 70), "startDate": "2020", "highlights": highlights}
    document = {
        "basics": {"name": "Mira", "summary": filled(unit, 19_000)},
        "work": [entry] * int(25 / scale),
        "skills": [{"name": filled(unit, 900), "keywords": [filled(unit, 100)] * 100}] * 5,
    }
    check(document)
    return document


def hostile_posting(unit: str) -> JobContext:
    lines = (filled(unit, ITEM_MAX_CHARS),) * ITEMS_MAX
    technologies = tuple(f"{filled(unit, 20)}{n}" for n in range(TECHNOLOGIES_MAX))
    return posting(
        requirements=lines, responsibilities=lines, technologies=technologies, text=filled(unit, TEXT_MAX_CHARS)
    )


def thread_seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(5):
        started = time.thread_time()
        work()
        best = min(best, time.thread_time() - started)
    return best


def with_contacts() -> Draft:
    body = (
        "Dear Ada,\n\nI cut 17 costs by 4 percent in 3 years. Write to me@evil.com, see evil.com/x or evil.com, "
        "call +49 30 5550 0142 or +49 30 5550 0199.\n\nMira"
    )
    return Draft("Backend Engineer", body, "en", (), WriterUsage("model", "m"))


def asked(unit: str) -> Brief:
    return brief(hostile_posting(unit), largest(unit))


@pytest.mark.parametrize("unit", UNITS)
def test_composing_from_the_worst_resume(unit: str) -> None:
    to = asked(unit)
    assert thread_seconds(lambda: compose(to)) < LIMIT_SECONDS


@pytest.mark.parametrize("unit", UNITS)
def test_judging_a_letter_with_contacts_and_figures(unit: str) -> None:
    to = asked(unit)
    assert thread_seconds(lambda: judge(with_contacts(), to)) < LIMIT_SECONDS


def test_contacts_are_known_in_a_large_resume_too() -> None:
    document = RESUME | {"work": [{"highlights": ["Ran evil.community, and lots more"] * 150}] * 20}
    letter = Draft("Hello", "See https://castellane.example.org.", "en", (), WriterUsage("model", "m"))
    assert judge(letter, brief(posting(), document)).refused == ()
