"""When two URLs name the same posting: the canonical form of an address, under which a posting is stored."""

from urllib.parse import quote, urlsplit, urlunsplit

# What campaigns and boards hang onto links; none of it chooses what a page says.
_TRACKING = frozenset(
    (
        *(
            "fbclid",
            "gclid",
            "dclid",
            "msclkid",
            "mc_cid",
            "mc_eid",
            "igshid",
            "yclid",
            "twclid",
            "gh_src",
            "lever-origin",
        ),
        *("lever-source", "refid", "trackingid", "trk", "trkinfo", "originalsubdomain", "_hsenc", "_hsmi"),
    )
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Everything an address may hold as it stands (RFC 3986); the rest is percent-encoded, as a browser would send it.
_SAFE = "/:@!$&'()*+,;=-._~%?"


def canonical(url: str) -> str:
    """Scheme and host in lower case, no default port, no fragment, no tracking; the order of the query is kept, for it
    may matter. The page's own claim of another address is not believed: it would let one site write under another's."""
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    netloc = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(scheme):
        netloc += f":{parts.port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    return urlunsplit((scheme, netloc, quote(parts.path or "/", safe=_SAFE), quote(query, safe=_SAFE), ""))


def _is_tracking(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name.startswith("utm_") or name in _TRACKING
