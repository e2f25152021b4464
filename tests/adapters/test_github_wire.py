"""GitHub's JSON to our values; what it says is its authors' and may be anything."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.github import Activity
from service.adapters.github.wire import (
    LANGUAGES_MAX,
    REPOSITORIES_MAX,
    STARRED_MAX,
    TOPICS_MAX,
    AccountWire,
    EventWire,
    License,
    RepositoryWire,
    line,
    link,
    read_account,
    read_activity,
    read_languages,
    read_repository,
    read_shelf,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def wire(number: int, *, stars: int = 0, fork: bool = False, private: bool = False) -> RepositoryWire:
    return RepositoryWire(
        full_name=f"ada/{number}",
        stargazers_count=stars,
        fork=fork,
        private=private,
        language="Ada",
        pushed_at=NOW - timedelta(days=number),
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("  A small\ttool \r\n", "A small tool"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("a\u202eb\u200bc\u2066d", "abcd"),
        ("a\u2028b", "a b"),
        ("a\ud800b", "ab"),
        ("e\u0301", "\u00e9"),
        ("\u200b \n", None),
        ("", None),
        (None, None),
        ("a" * 500, "a" * 120),
    ],
)
def test_a_text_becomes_one_line(text: str | None, read: str | None) -> None:
    assert line(text) == read


@given(st.text(max_size=2_000))
def test_no_text_keeps_a_control_character_or_grows(text: str) -> None:
    read = line(text)
    if read is not None:
        assert 0 < len(read) <= 120
        assert " ".join(read.split()) == read
        assert line(read) == read
        read.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://github.com/ada", "https://github.com/ada"),
        ("http://127.0.0.1/ada", "http://127.0.0.1/ada"),
        ("javascript:alert(1)", ""),
        ("https://a b", ""),
        ("https://a\nb", ""),
        ("https://" + "a" * 400, ""),
        (None, ""),
    ],
)
def test_a_link_is_a_link_or_left_out(text: str | None, read: str) -> None:
    assert link(text) == read


def test_the_most_starred_come_first_then_the_latest() -> None:
    starred = [wire(100 + number, stars=100 - number) for number in range(STARRED_MAX + 3)]
    latest = [wire(number) for number in range(20)]
    shelf = read_shelf([*latest, *starred])
    assert [own.full_name for own in shelf.repositories] == [
        *(f"ada/{100 + number}" for number in range(STARRED_MAX)),
        *(f"ada/{number}" for number in range(REPOSITORIES_MAX - STARRED_MAX)),
    ]
    assert shelf.languages == {"Ada": 29}


def test_forks_and_private_ones_are_nobodys_evidence() -> None:
    shelf = read_shelf([wire(1, stars=9, fork=True), wire(2, stars=9, private=True), wire(3)])
    assert [own.full_name for own in shelf.repositories] == ["ada/3"]
    assert shelf.languages == {"Ada": 1}


def test_lists_and_numbers_are_bounded() -> None:
    read = read_repository(RepositoryWire(full_name="a/b", stargazers_count=-1, topics=["t"] * 99, forks_count=2**70))
    assert (read.stars, read.forks, len(read.topics)) == (0, 2**63 - 1, TOPICS_MAX)
    assert len(read_languages({f"L{number}": number for number in range(99)})) == LANGUAGES_MAX


def test_an_unknown_license_is_none() -> None:
    assert read_repository(RepositoryWire(full_name="a/b", license=License("NOASSERTION"))).license is None
    assert read_repository(RepositoryWire(full_name="a/b", license=License("MIT"))).license == "MIT"


def test_nulls_and_unknown_fields_are_taken() -> None:
    account = msgspec.json.decode(b'{"login": "ada", "name": null, "bio": null, "plan": {"x": 1}}', type=AccountWire)
    assert (read_account(account).login, read_account(account).name) == ("ada", None)


def test_times_are_in_utc() -> None:
    east = datetime(2026, 11, 22, 2, tzinfo=timezone(timedelta(hours=2)))
    read = read_repository(RepositoryWire(full_name="a/b", pushed_at=east)).pushed_at
    assert (read, read and read.tzinfo) == (NOW, UTC)
    since = read_activity([EventWire("PushEvent", east)]).since
    assert (since, since and since.tzinfo) == (NOW, UTC)
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert read_repository(RepositoryWire(full_name="a/b", pushed_at=first)).pushed_at is None


def test_activity_is_counted_and_times_without_a_zone_are_left_out() -> None:
    events = [EventWire("PushEvent", NOW), EventWire("PushEvent", NOW - timedelta(days=2)), EventWire(None)]
    events.append(EventWire("WatchEvent", datetime(2026, 1, 1)))  # noqa: DTZ001 - GitHub's mistake, were it one
    assert read_activity(events) == Activity(
        events={"PushEvent": 2, "WatchEvent": 1}, since=NOW - timedelta(days=2), until=NOW
    )
    assert read_activity([]) == Activity()
