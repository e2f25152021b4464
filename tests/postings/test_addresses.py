import pytest

from service.postings.addresses import canonical


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
    ],
)
def test_one_posting_has_one_address(url: str, expected: str) -> None:
    assert canonical(url) == expected
    assert canonical(expected) == expected
