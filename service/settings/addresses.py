"""Which URLs and hosts may be trusted with what, and how they are shown."""

import ipaddress
import re
from urllib.parse import urlsplit

MASK = "***"
# Parameters of a query that open something: libpq's password, a gateway's api-key, a signed URL's signature.
_SECRET_NAME = re.compile(r"password|secret|token|key|signature|\bsig\b|credential", re.IGNORECASE)


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
    shown = "&".join(map(_without_secret, query.split("&")))
    return f"{head}://{user}{at}{host}{slash}{path}{question}{shown}"


def _without_secret(pair: str) -> str:
    name, separator, _ = pair.partition("=")
    return f"{name}={MASK}" if separator and _SECRET_NAME.search(name) else pair
