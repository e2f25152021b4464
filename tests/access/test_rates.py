"""Who is counted where no token names a user."""

import pytest

from service.access.rates import client_address


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "counted"),
    [
        ("192.0.2.1", [], 0, "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], 0, "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], 1, "203.0.113.9"),
        ("192.0.2.1", ["1.1.1.1, 203.0.113.9"], 1, "203.0.113.9"),
        ("192.0.2.1", ["1.1.1.1", "203.0.113.9", "198.51.100.7"], 2, "203.0.113.9"),
        ("192.0.2.1", ["203.0.113.9:4711"], 1, "203.0.113.9"),
        ("192.0.2.1", ["unknown"], 1, "192.0.2.1"),
        ("192.0.2.1", [], 1, "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], 2, "192.0.2.1"),
        ("192.0.2.1", ["[2001:db8:1:2:3::4]:443"], 1, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", [], 0, "192.0.2.1"),
        (None, [], 0, ""),
    ],
)
def test_whose_call_without_a_token_it_is(peer: str | None, forwarded: list[str], proxies: int, counted: str) -> None:
    assert client_address(peer or "", ",".join(forwarded), trusted_proxies=proxies) == counted
