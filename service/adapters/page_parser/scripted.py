"""A parser without processes, for tests: reads in place, or answers from a script."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from service.adapters.page_parser import Page, Selection
from service.adapters.page_parser.reading import read_page
from service.kernel.errors import ServiceError


@dataclass
class ScriptedPageParser:
    """Answers `pages[html]` where there is one, raises it where it is an error, and reads the page otherwise.

    Takes `delay_seconds` for each (`math.inf`: hangs until it is cancelled); remembers what it was given in `parsed`.
    """

    pages: Mapping[bytes | str, Page | ServiceError] = field(default_factory=dict[bytes | str, Page | ServiceError])
    failure: ServiceError | None = None
    delay_seconds: float = 0.0
    parsed: list[bytes | str] = field(default_factory=list[bytes | str])
    cancelled: int = 0

    async def parse(
        self, html: bytes | str, *, charset: str | None = None, selections: tuple[Selection, ...] = ()
    ) -> Page:
        self.parsed.append(html)
        try:
            await anyio.sleep(self.delay_seconds)
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        answer = self.failure or self.pages.get(html)
        if isinstance(answer, ServiceError):
            raise answer
        return answer or read_page(html, charset=charset, selections=selections)
