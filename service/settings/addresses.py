"""Which URLs and hosts may be trusted with what, and how they are shown."""

import ipaddress
from urllib.parse import urlsplit

MASK = "***"


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def is_trustworthy_url(url: str) -> bool:
    """Whoever stands on the way of plain http could put keys of their own in."""
    return is_http_url(url) and (url.startswith("https:") or is_loopback(urlsplit(url).hostname or ""))


def without_password(url: str) -> str:
    """The URL as it may be shown; every secret part of it masked, also in the query."""
    head, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if at and ":" in user:
        user = f"{user.split(':', 1)[0]}:{MASK}"
    path, question, query = path.partition("?")
    shown = "&".join(
        f"{pair.split('=', 1)[0]}={MASK}" if "password" in pair.split("=", 1)[0].lower() else pair
        for pair in query.split("&")
    )
    return f"{head}://{user}{at}{host}{slash}{path}{question}{shown}"
