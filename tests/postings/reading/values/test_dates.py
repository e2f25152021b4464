from datetime import UTC, datetime

import pytest

from service.postings.reading.values import dates
from tests.postings.pages import NOW


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2011-10-31", datetime(2011, 10, 31, tzinfo=UTC)),
        ("2020-10-20 20:28:32 UTC", datetime(2020, 10, 20, 20, 28, 32, tzinfo=UTC)),
        ("2020-10-20T20:28:32.123+02:00", datetime(2020, 10, 20, 18, 28, 32, tzinfo=UTC)),
        ("31.10.2011", datetime(2011, 10, 31, tzinfo=UTC)),
        ("October 31, 2011", datetime(2011, 10, 31, tzinfo=UTC)),
        ("31 octobre 2011", datetime(2011, 10, 31, tzinfo=UTC)),
        ("1. März 2024", datetime(2024, 3, 1, tzinfo=UTC)),
        ("4 de marzo de 2024", datetime(2024, 3, 4, tzinfo=UTC)),
        ("13/04/2025", datetime(2025, 4, 13, tzinfo=UTC)),
        ("31.12.26", datetime(2026, 12, 31, tzinfo=UTC)),
        ("1er févr. 2027", datetime(2027, 2, 1, tzinfo=UTC)),
        ("le lundi 15 juil. 2026", datetime(2026, 7, 15, tzinfo=UTC)),
        ("1.º de setiembre del 2026", datetime(2026, 9, 1, tzinfo=UTC)),
        ("15 ene 2027", datetime(2027, 1, 15, tzinfo=UTC)),
        ("15. Jänner 2027", datetime(2027, 1, 15, tzinfo=UTC)),
        ("the 3rd of April 2026", datetime(2026, 4, 3, tzinfo=UTC)),
        ("version 1.2.26", None),
        ("10.12.26.4", None),
        ("1729519750161", datetime(2024, 10, 21, 14, 9, 10, 161000, tzinfo=UTC)),
        ("03/04/2025", None),
        ("2025-02-30", None),
        ("99999999999999999999", None),
        ("0001-01-01", None),
        ("soon", None),
        ("", None),
    ],
)
def test_what_is_a_date(written: str, expected: datetime | None) -> None:
    assert dates.parse(written) == expected


def test_until_a_day_means_its_end() -> None:
    assert dates.parse("2011-10-31", end_of_day=True) == datetime(2011, 10, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1 day ago", 21),
        ("vor 3 Tagen", 19),
        ("il y a 2 semaines", 8),
        ("hace 5 días", 17),
        ("4 hours ago", 22),
        ("vor einem Tag", 21),
        ("vor 5 Std.", 22),
        ("il y a une semaine", 15),
        ("il y a 3 j", 19),
        ("hace más de 10 días", 12),
        ("yesterday", 21),
        ("today", 22),
    ],
)
def test_how_long_ago(written: str, day: int) -> None:
    found = dates.ago(f"Posted {written}.", now=NOW)
    assert found is not None
    assert found[0] == datetime(2026, 11, day, tzinfo=UTC)
