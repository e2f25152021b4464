import httpx
import pytest

from service.postings.addresses import URL_MAX_CHARS, canonical, host, web_address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Jobs.Example.com:443/A?b=1&utm_source=x&gclid=2#top", "https://jobs.example.com/A?b=1"),
        ("http://example.com", "http://example.com/"),
        ("http://example.com:8080/x", "http://example.com:8080/x"),
        ("https://example.com/?b=2&a=1", "https://example.com/?b=2&a=1"),
        ("https://example.com/ü ä?q=ö", "https://example.com/%C3%BC%20%C3%A4?q=%C3%B6"),
        ("https://example.com/%C3%BC?q=a%20b", "https://example.com/%C3%BC?q=a%20b"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://XN--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://bücher.example:8080/", "https://xn--bcher-kva.example:8080/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://ⓐ.example/", "https://ⓐ.example/"),  # has no encoding, and is not fetched
    ],
)
def test_one_posting_has_one_address(url: str, expected: str) -> None:
    assert canonical(url) == expected
    assert canonical(expected) == expected


def test_the_host_is_that_which_is_connected_to() -> None:
    for url in ("https://faß.example/", "https://BÜCHER.example:8080/", "https://例え.テスト/"):
        assert httpx.URL(canonical(url)).raw_host == httpx.URL(url).raw_host
    assert host(canonical("HTTPS://Jobs.example:443/a")) == "jobs.example"


@pytest.mark.parametrize(
    "url", ["https://jobs.example/1", "HTTP://jobs.example:8080/a?b=c#d", "https://bücher.example/"]
)
def test_a_page_may_name_its_web_address(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "written",
    ["", "javascript:alert(1)", "/jobs/1", "//jobs.example/1", "jobs.example/1", "data:text/html,x", "https://",
     "https:/jobs.example/", "https://user@jobs.example/", "https://jobs.example/a b", "https://jobs.example/\0",
     "https://jobs.example/\ud800", "https://[x/", "https://jobs.example/" + "a" * URL_MAX_CHARS],
)  # fmt: skip
def test_what_is_no_web_address_is_not_believed(written: str) -> None:
    assert web_address(written) is None
