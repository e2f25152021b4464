"""Which URLs and addresses a fetcher may touch. Pure: names are resolved elsewhere, and their addresses judged here.

An allow-list, not `ipaddress.is_global`, which says yes to 64:ff9b::a9fe:a9fe (NAT64 of a metadata service),
2002:7f00:1:: (6to4 of 127.0.0.1), 168.63.129.16 (Azure's host), 192.0.0.192 (Oracle's), 224.0.0.1 and fec0::1.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from service.adapters.page_fetcher import UnfetchableUrl

# Longer ones work in no browser's address bar and no posting's link.
URL_MAX_CHARACTERS = 4096

DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 1035: what fits into a question.
NAME_MAX_CHARACTERS = 253
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")

# What inet_aton reads as a number: decimal, octal, hexadecimal. A host whose last label is one is an address (WHATWG).
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")

# Names that never belong to a public host (RFC 6761, 6762, 7686, 8375, and the root's reserved `internal`).
LOCAL_SUFFIXES = frozenset({"localhost", "local", "internal", "home.arpa", "onion", "invalid"})

FORBIDDEN_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and 100.100.100.200, Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's host, in the midst of public addresses
        "169.254.0.0/16",  # link-local, and 169.254.169.254, everybody's metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, and 192.0.0.192, Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # automatic multicast tunnels
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

# All of IPv6 that is handed out, less what is not a host of its own.
GLOBAL_V6 = IPv6Network("2000::/3")
FORBIDDEN_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def check_url(url: str, *, allows_private: bool) -> httpx.URL:
    """The URL as it will be requested, without its fragment. Raises `UnfetchableUrl`, saying what is wrong with it.

    With `allows_private`, any host and port; the form is still required.
    """
    parsed = _parse(url)
    if parsed.scheme not in {"http", "https"}:
        raise UnfetchableUrl(f"Only http and https URLs are fetched, not {parsed.scheme[:20] or 'relative ones'}.")
    authority = re.split(r"[/?#]", url.partition(":")[2].removeprefix("//"), maxsplit=1)[0]
    if parsed.userinfo or "@" in authority or "\\" in authority:
        raise UnfetchableUrl("The URL names a user or holds a backslash before its host; write only the host.")
    if not (host := host_of(parsed)):
        raise UnfetchableUrl("The URL names no host.")
    # httpx leaves it in where the scheme is in capitals.
    is_default_port = parsed.port == DEFAULT_PORTS[parsed.scheme]
    if parsed.port is not None and not is_default_port and not (allows_private and 0 < parsed.port < 65536):
        raise UnfetchableUrl(f"Only the default port of {parsed.scheme} is fetched from, not {parsed.port}.")
    if not allows_private:
        _check_host(host)
    return parsed.copy_with(fragment=None, port=None if is_default_port else parsed.port)


def host_of(url: httpx.URL) -> str:
    """As it goes onto the wire: an internationalised name as `xn--...`."""
    return url.raw_host.decode("ascii")


def allowed_addresses(host: str, addresses: Sequence[str], *, allows_private: bool) -> tuple[str, ...]:
    """The addresses of `host`, if every one of them may be connected to; one that may not condemns the name.

    The error does not say which address it was: the names of an internal network stay internal.
    """
    if not addresses:
        raise UnfetchableUrl(f"{host} has no address.")
    if not allows_private and not all(is_public(address) for address in addresses):
        raise UnfetchableUrl(f"{host} leads to an address that is not public.")
    return tuple(addresses)


def is_public(address: str) -> bool:
    """Whether this textual address is a host's on the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    match parsed:
        case IPv4Address():
            return not any(parsed in network for network in FORBIDDEN_V4)
        case IPv6Address():
            # Everything mapped, translated, link-local, unique-local, site-local and multicast lies outside 2000::/3.
            is_plain = parsed.scope_id is None and parsed in GLOBAL_V6
            return is_plain and not any(parsed in network for network in FORBIDDEN_V6)


def _parse(url: str) -> httpx.URL:
    if len(url) > URL_MAX_CHARACTERS:
        raise UnfetchableUrl(f"The URL is longer than {URL_MAX_CHARACTERS} characters.")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise UnfetchableUrl("The URL holds a space or a control character.")
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise UnfetchableUrl("The URL is not well-formed.") from error


def _check_host(host: str) -> None:
    name = host.removesuffix(".")
    if ":" in name:
        if not is_public(name):
            raise UnfetchableUrl("The URL's host is an address that is not public.")
        return
    labels = name.split(".")
    if NUMBER.fullmatch(labels[-1]):
        _check_literal(host)
        return
    if len(name) > NAME_MAX_CHARACTERS or not all(LABEL.fullmatch(label) for label in labels):
        raise UnfetchableUrl("The URL's host is not a name.")
    if len(labels) == 1 or any(name == suffix or name.endswith(f".{suffix}") for suffix in LOCAL_SUFFIXES):
        raise UnfetchableUrl("The URL's host is a name of a local network.")


def _check_literal(host: str) -> None:
    """Only dotted decimal: 2130706433, 0x7f.1, 0177.0.0.1 and 127.1 are ways to hide where one points to."""
    try:
        is_allowed = is_public(str(IPv4Address(host)))
    except ValueError as error:
        raise UnfetchableUrl("The URL's host is an address not written as four decimal numbers.") from error
    if not is_allowed:
        raise UnfetchableUrl("The URL's host is an address that is not public.")
