"""Dates as résumés write them."""

import pytest

from service.adapters.resume_reader.recognition.dates import find


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Engineer Oct 2016 – Present", "2016-10", None),
        ("Jan. 2020 - Feb 2021", "2020-01", "2021-02"),
        ("seit 03/2019", "2019-03", None),
        ("2019-02 to 2021-05-31", "2019-02", "2021-05-31"),
        ("15.03.2021 – heute", "2021-03-15", None),
        ("de enero de 2020 a marzo de 2021", "2020-01", "2021-03"),
        ("janv. 2018 à aujourd'hui", "2018-01", None),
        ("2015—2019", "2015", "2019"),
        ("März 2015 bis Dezember 2016", "2015-03", "2016-12"),
        ("(2018)", "2018", "2018"),
        ("Summer 2012", "2012", "2012"),
        ("10/12/2020", "2020", "2020"),
        ("02/15/2020", "2020-02-15", "2020-02-15"),
        ("31.12.2020", "2020-12-31", "2020-12-31"),
        ("13/2020", "2020", "2020"),
    ],
)
def test_dates(text: str, since: str, until: str | None) -> None:
    found = find(text)
    assert found is not None
    assert (found.since, found.until) == (since, until)


@pytest.mark.parametrize("text", ["", "call 2020202020", "v2020.1", "ISO-2019", "1850", "٢٠٢٠", "/2020", "² 20 000"])
def test_what_is_no_date(text: str) -> None:
    assert find(text) is None
