"""When two URLs name the same posting: the canonical form of an address, under which a posting is stored."""

from urllib.parse import quote, urlsplit, urlunsplit

import idna

from service.postings.model import URL_MAX_CHARS

# What campaigns and boards hang onto links; none of it chooses what a page says.
_TRACKING_NAMES = """
    fbclid gclid dclid msclkid mc_cid mc_eid igshid yclid twclid gh_src lever-origin lever-source refid trackingid trk
    trkinfo originalsubdomain _hsenc _hsmi"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Everything an address may hold as it stands (RFC 3986); the rest is percent-encoded, as a browser would send it.
_SAFE = "/:@!$&'()*+,;=-._~%?"


def canonical(url: str) -> str:
    """Scheme and host in lower case, the host as it goes onto the wire (`xn--...`), no default port, no fragment, no
    tracking; the order of the query is kept, for it may matter.

    The page's own claim of another address is not believed: it would let one site write under another's.
    """
    parts = urlsplit(url.strip())
    scheme, name = parts.scheme.lower(), _encoded(parts.hostname or "")
    netloc = f"[{name}]" if ":" in name else name
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(scheme):
        netloc += f":{parts.port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    return urlunsplit((scheme, netloc, quote(parts.path or "/", safe=_SAFE), quote(query, safe=_SAFE), ""))


def host(address: str) -> str:
    """Of a canonical address, with a port where it is not the default one."""
    return urlsplit(address).netloc


def web_address(written: str) -> str | None:
    """What a page says of itself, if that is an absolute http or https URL without a user; None for all else."""
    try:
        parts = urlsplit(written)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    is_plain = len(written) <= URL_MAX_CHARS and written.isprintable() and " " not in written
    return written if is_web and is_plain else None


def _encoded(name: str) -> str:
    """As httpx encodes it for the connection: IDNA 2008, where the standard library's codec is of 2003 and makes
    another host of `faß.example`. A name that has no encoding is left as it is; it cannot be fetched either."""
    name = name.lower()
    try:
        return name if name.isascii() else idna.encode(name).decode("ascii")
    except UnicodeError:
        return name


def _is_tracking(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name.startswith("utm_") or name in _TRACKING
