import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.page_fetcher import UnfetchableUrl
from service.adapters.page_fetcher.guard import allowed_addresses, check_url, is_public

ALLOWED = [
    "https://jobs.example.com/1?id=2",
    "http://jobs.example.com",
    "https://jobs.example.com:443/",
    "HTTPS://Jobs.Example.COM./a",
    "HTTPS://jobs.example.com:443/",
    "HTTP://jobs.example.com:80/",
    "https://müller.example/stellen",
    "https://xn--mller-kva.example/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
    "https://a_b.example/",
    "https://jobs.example/?next=http://127.0.0.1/&mail=a@b",
]

REFUSED = {
    "a scheme": """
        ftp://a.example/ file:///etc/passwd gopher://a.example/ data:text/html,x javascript:1 //a.example/
        a.example ws://a.example/
    """,
    "a port": """
        http://a.example:22/ http://a.example:6379/ http://a.example:443/ https://a.example:80/
        https://a.example:8443/ http://a.example:0/ http://a.example:99999/ http://a.example:-1/
        http://a.example:8x/
    """,
    "a user": r"""
        http://user@a.example/ http://u:p@a.example/ http://@a.example/ http://a.example@127.0.0.1/
        http://good\@169.254.169.254/ http://a.example\.evil/
    """,
    "no host": """
        http:// http:///a http:a.example https:/a.example http://?a
    """,
    "an IPv4 literal": """
        http://127.0.0.1/ http://127.0.0.1./ http://10.0.0.1/ http://172.16.0.1/ http://192.168.1.1/
        http://169.254.169.254/ http://168.63.129.16/ http://192.0.0.192/ http://100.100.100.200/
        http://224.0.0.1/ http://255.255.255.255/ http://0.0.0.0/ http://198.18.0.1/ http://192.88.99.1/
    """,
    "an IPv4 literal in disguise": """
        http://2130706433/ http://0x7f000001/ http://0x7f.0.0.1/ http://0177.0.0.1/ http://127.1/
        http://127.0.1/ http://0/ http://0x/ http://017700000001/ http://127.0.0.01/ http://134744072/
        http://1.1/ http://256.256.256.256/ http://1.2.3.4.5/ http://127.0.0.0x1/ http://a.example.0x7f/
    """,
    "characters that become an address": """
        http://①②⑦.⓪.⓪.①/ http://１２７.０.０.１/ http://127。0。0。1/ http://127．0．0．1/ http://%31%32%37.0.0.1/
        http://127.0.0.1%00.good.example/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/
    """,
    "an IPv6 literal": """
        http://[::1]/ http://[::]/ http://[::ffff:169.254.169.254]/ http://[::ffff:8.8.8.8]/
        http://[::127.0.0.1]/ http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::1]/ http://[2002:7f00:1::]/
        http://[2001:0:7f00:1::]/ http://[fe80::1]/ http://[fe80::1%25lo]/ http://[fe80::1%lo]/
        http://[2606:4700::1%25lo]/ http://[fd00:ec2::254]/ http://[fec0::1]/ http://[ff02::1]/
        http://[2001:db8::1]/ http://[3fff::1]/ http://[100::1]/ http://[5f00::1]/ http://[v1.x]/
        http://[::1
    """,
    "a local name": """
        http://localhost/ http://LOCALHOST./ http://a.localhost/ http://printer/
        http://metadata.google.internal/ http://nas.local/ http://router.home.arpa/ http://x.onion/
    """,
    "a malformed name": """
        http://a..example/ http://-a.example/ http://a%2eexample/ http://a;b.example/
        http://a.example,b.example/ http://*.example/
    """,
}

REFUSED_TOO = (
    "",
    f"http://{'a' * 64}.example/",
    f"http://{'a.' * 130}example/",
    "http://a b.example/",
    "http://a.example/\r\nHost: b",
    "http://a.example/\t",
    " http://a.example/",
    "http://a.example/\x00",
    "http://a.example/\u2028",
    "http://a.example/\ud800",
    "http://a.example/" + "a" * 5000,
)


@pytest.mark.parametrize("url", ALLOWED)
def test_a_public_url_passes(url: str) -> None:
    assert check_url(url, allows_private=False).scheme in {"http", "https"}


@pytest.mark.parametrize("url", [*" ".join(REFUSED.values()).split(), *REFUSED_TOO])
def test_everything_else_is_refused_without_a_look_up(url: str) -> None:
    with pytest.raises(UnfetchableUrl):
        check_url(url, allows_private=False)


def test_the_reason_is_said() -> None:
    for url, reason in {
        "ftp://a.example/": "not ftp",
        "http://a.example:22/": "not 22",
        "http://u:secret@a.example/": "names a user",
        "http://127.0.0.1/": "not public",
        "http://127.1/": "four decimal numbers",
        "http://[::1]/": "not public",
        "http://printer/": "local network",
    }.items():
        with pytest.raises(UnfetchableUrl, match=reason) as caught:
            check_url(url, allows_private=False)
        assert "secret" not in caught.value.detail


def test_the_default_port_is_left_out_however_it_was_written() -> None:
    assert str(check_url("HTTPS://jobs.example:443/a", allows_private=False)) == "https://jobs.example/a"
    with pytest.raises(UnfetchableUrl, match="not 80"):
        check_url("HTTPS://jobs.example:80/", allows_private=False)


def test_the_fragment_stays_at_home() -> None:
    assert str(check_url("https://jobs.example/a#secret", allows_private=False)) == "https://jobs.example/a"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/", "http://localhost:1/", "http://[::1]:8080/", "http://printer/", "http://10.0.0.1/"],
)
def test_private_hosts_and_any_port_where_they_are_allowed(url: str) -> None:
    check_url(url, allows_private=True)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://u@127.0.0.1/", "http:///", "http://a.example:0/", "http://a.example:65536/"]
)
def test_the_form_is_required_even_where_private_hosts_are_allowed(url: str) -> None:
    with pytest.raises(UnfetchableUrl):
        check_url(url, allows_private=True)


@pytest.mark.parametrize(
    "address",
    ["64:ff9b::a9fe:a9fe", "2002:7f00:1::", "168.63.129.16", "192.0.0.192", "224.0.0.1", "fec0::1", "::127.0.0.1",
     "::ffff:8.8.8.8", "100.100.100.200", "fe80::1%eth0", "2606:4700::1%eth0", "not an address", ""],
)  # fmt: skip
def test_addresses_that_the_standard_library_or_a_reader_might_take_for_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_public_ones_condemns_the_name_and_is_not_told() -> None:
    with pytest.raises(UnfetchableUrl) as caught:
        allowed_addresses("a.example", ["8.8.8.8", "10.1.2.3"], allows_private=False)
    assert "10.1.2.3" not in caught.value.detail
    assert allowed_addresses("a.example", ["8.8.8.8"], allows_private=False) == ("8.8.8.8",)
    assert allowed_addresses("a.example", ["10.1.2.3"], allows_private=True) == ("10.1.2.3",)
    with pytest.raises(UnfetchableUrl, match="no address"):
        allowed_addresses("a.example", [], allows_private=True)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{0}", "0x{0:x}", "0{0:o}", "{a}.{bcd}", "0x{a:x}.{b}.{cd}"]))
def test_no_spelling_of_an_address_but_the_plain_one_passes(number: int, spelling: str) -> None:
    parts = {"a": number >> 24, "b": number >> 16 & 255, "bcd": number & 0xFFFFFF, "cd": number & 0xFFFF}
    with pytest.raises(UnfetchableUrl):
        check_url(f"http://{spelling.format(number, **parts)}/", allows_private=False)


@given(st.text(alphabet=st.sampled_from("htps:/@\\[].%0123456789xaf①。#? \t\x00é")))
def test_any_text_is_allowed_or_refused_and_never_fails(text: str) -> None:
    for prefix in ("", "http://", "https://a.example"):
        try:
            parsed = check_url(prefix + text, allows_private=False)
        except UnfetchableUrl:
            continue
        assert httpx.URL(str(parsed)).raw_host == parsed.raw_host
