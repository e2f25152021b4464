"""A fetcher that reads from a script: for tests and demonstrations without a network."""

from collections.abc import Mapping

import anyio

from service.adapters.page_fetcher import FetchedPage, UnfetchableUrl, guard


class ScriptedPageFetcher:
    """Answers from `pages`; a value that is an error is raised. Refuses by the same rules as the real one.

    `fetched` are the URLs asked for, in order. `delay_seconds` passes before each answer.
    """

    def __init__(
        self,
        pages: Mapping[str, FetchedPage | UnfetchableUrl],
        *,
        delay_seconds: float = 0.0,
        allows_private: bool = False,
    ) -> None:
        self._pages = pages
        self._delay_seconds = delay_seconds
        self._allows_private = allows_private
        self.fetched: list[str] = []

    def check(self, url: str) -> None:
        guard.check_url(url, allows_private=self._allows_private)

    async def fetch(self, url: str) -> FetchedPage:
        self.check(url)
        self.fetched.append(url)
        await anyio.sleep(self._delay_seconds)
        match self._pages.get(url):
            case FetchedPage() as page:
                return page
            case UnfetchableUrl() as error:
                raise error
            case None:
                raise UnfetchableUrl(f"Nothing is scripted for {url}.")


def html_page(url: str, html: str) -> FetchedPage:
    return FetchedPage(url, html.encode(), "text/html", "utf-8")
