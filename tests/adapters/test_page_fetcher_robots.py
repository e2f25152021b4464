import time

import pytest

from service.adapters.page_fetcher.robots import ALLOW_ALL, parse


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


def test_a_hostile_file_costs_little() -> None:
    text = "User-agent: *\n" + f"Disallow: /{'*a' * 100}*b$\n" * 3000
    started = time.perf_counter()
    assert allows(text, "/" + "a" * 4000)
    assert time.perf_counter() - started < 2  # 500 KB parsed, 2 000 patterns of 101 stars matched
