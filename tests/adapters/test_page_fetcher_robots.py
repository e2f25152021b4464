import pytest

from service.adapters.page_fetcher.robots import (
    ALLOW_ALL,
    KEPT_MAX_CHARS,
    PATTERN_MAX_CHARS,
    ROBOTS_MAX_BYTES,
    RULES_MAX,
    parse,
)
from tests.thread_time import TENFOLD, assert_takes_at_most


def allows(text: str, path: str) -> bool:
    return parse(text.encode(), product="Overture").allows(path)


@pytest.mark.parametrize(
    ("pattern", "path", "is_matching"),
    [
        # The examples of RFC 9309, 2.2.2 and 2.2.3, and of Google's reference parser.
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", True),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
        ("/foo/bar/\u30c4", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84", True),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", True),
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", False),
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish.asp", False),
        ("/fish*", "/fishheads/yummy.html", True),
        ("/fish/", "/fish", False),
        ("/*.php", "/filename.php?parameters", True),
        ("/*.php", "/windows.PHP", False),
        ("/*.php$", "/folder/filename.php", True),
        ("/*.php$", "/filename.php?parameters", False),
        ("/fish*.php", "/fishheads/catfish.php?parameters", True),
        ("/$", "/", True),
        ("/$", "/page", False),
        ("/a*b*b$", "/ab", False),
        ("/a*b*b$", "/abb", True),
        ("*", "/anything", True),
    ],
)
def test_patterns(pattern: str, path: str, *, is_matching: bool) -> None:
    assert allows(f"User-agent: *\nDisallow: {pattern}\n", path) is not is_matching


def test_the_longest_rule_decides_and_allow_among_equals() -> None:
    text = "User-agent: *\nDisallow: /\nAllow: /jobs\nDisallow: /jobs/drafts\nDisallow: /page\nAllow: /page\n"
    assert allows(text, "/jobs/1")
    assert not allows(text, "/jobs/drafts/1")
    assert not allows(text, "/about")
    assert allows(text, "/page")
    assert allows(text, "/robots.txt")


def test_our_own_group_replaces_everybodys_and_groups_of_one_name_are_one() -> None:
    text = (
        "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: OVERTURE/2\nDisallow: /a # why\n"
        "Sitemap: https://a.example/s.xml\nuser-agent : overture\ndisallow : /b\n"
    )
    assert allows(text, "/c")
    assert not allows(text, "/a")
    assert not allows(text, "/b")


def test_an_empty_disallow_allows_and_a_name_of_which_ours_is_a_part_is_not_ours() -> None:
    assert allows("User-agent: overture\nDisallow:\nUser-agent: *\nDisallow: /", "/a")
    assert allows("User-agent: overturebot\nDisallow: /", "/a")


def test_rules_before_any_name_bind_nobody() -> None:
    assert allows("Disallow: /\nUser-agent: *\nAllow: /", "/a")


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00garbage", b"<html>not found</html>", b":" * 10_000, b"user-agent"])
def test_what_is_no_robots_file_allows_everything(text: bytes) -> None:
    assert parse(text, product="Overture") == ALLOW_ALL


def test_every_kind_of_line_end_and_a_byte_order_mark() -> None:
    assert not allows("\ufeffUser-agent: *\rDisallow: /a\r\nDisallow: /b\n", "/a")
    assert not allows("\ufeffUser-agent: *\rDisallow: /a\r\nDisallow: /b\n", "/b")


def test_a_name_among_many_is_found() -> None:
    names = "".join(f"User-agent: bot{number}\n" for number in range(3_000))
    assert not allows(f"{names}User-agent: overture\n{names}Disallow: /a\nUser-agent: *\nDisallow: /b", "/a")
    assert allows(f"{names}User-agent: overture\n{names}Disallow: /a\nUser-agent: *\nDisallow: /b", "/b")


def test_a_pattern_that_is_too_long_forbids_more_and_allows_nothing() -> None:
    long = "/a" * PATTERN_MAX_CHARS
    assert not allows(f"User-agent: *\nDisallow: {long}", long[:PATTERN_MAX_CHARS])
    assert allows(f"User-agent: *\nDisallow: {long}", "/a")
    assert not allows(f"User-agent: *\nAllow: {long}\nDisallow: /a", long)


@pytest.mark.parametrize("pattern", ["/b", "/" + "%61" * 90, "/" + "ä" * 290, "/" + "*a" * 140])
def test_what_is_kept_of_a_site_is_bounded(pattern: str) -> None:
    content = f"User-agent: *\nDisallow: /private\n{f'Disallow: {pattern}{chr(10)}' * 46_000}".encode()
    found = parse(content, product="Overture")
    assert len(found.rules) <= RULES_MAX
    assert sum(len(rule.pattern) for rule in found.rules) <= KEPT_MAX_CHARS
    assert all(len(rule.pattern) <= PATTERN_MAX_CHARS for rule in found.rules)
    assert not found.allows("/private")


@pytest.mark.parametrize(
    "lines",
    ["user-agent:\n", "user-agent: *\n", "user-agent: *\nallow: /%62%e4\n", "allow: /b\n", "\r", " ", "allow ", ":",
     f"disallow: /{'*a' * 100}*b$\n", f"disallow: /*{'a' * 30}b{'a' * 10}\n", f"disallow: /{'%61' * 90}\n"],
)  # fmt: skip
def test_a_hostile_file_holds_nobody_up(lines: str) -> None:
    def judged(size: int) -> None:
        content = b"user-agent: *\n" + (lines * (size // len(lines))).encode()
        parse(content, product="Overture").allows("/" + "a" * 4000)

    assert_takes_at_most(
        TENFOLD, lambda: judged(ROBOTS_MAX_BYTES), compared_with=lambda: judged(ROBOTS_MAX_BYTES // 10)
    )
