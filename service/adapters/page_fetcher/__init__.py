"""Fetching a page somebody named, without becoming their tool: guarded, pinned, bounded."""

from typing import Protocol

import msgspec

from service.kernel.errors import Kind, ServiceError


class FetchedPage(msgspec.Struct, frozen=True):
    """The answer of the last hop. `content` is decompressed; `url` is where it came from after redirects."""

    url: str
    content: bytes
    media_type: str
    charset: str | None


class UnfetchableUrl(ServiceError):
    """The URL must not be, or could not be, fetched; the detail says which and why."""

    kind, slug, title = Kind.INVALID, "unfetchable-url", "The URL cannot be fetched"


class UnreachablePage(UnfetchableUrl):
    """Not now: no answer in time, no connection, or the site's own failure. Another time it may be there."""


class GonePage(UnfetchableUrl):
    """The site answered that there is nothing there (404, 410)."""


class PageFetcher(Protocol):
    def check(self, url: str) -> None:
        """Refuse what can be refused without a look-up: scheme, port, user info, literal address. Pure."""
        ...

    async def fetch(self, url: str) -> FetchedPage:
        """Fetch within 10 s, 5 MB, 5 redirects; every hop checked and its connection pinned to the checked address.

        Raises `UnfetchableUrl` (`UnreachablePage` or `GonePage` where it is that), or `Overloaded` where too many are
        under way. Cancellation closes the connection.
        """
        ...
