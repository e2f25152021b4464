"""What reads pages, résumés' files and job boards. Readers of what strangers wrote run in processes of their own."""

from contextlib import AbstractAsyncContextManager

from service.adapters.cache import Cache
from service.adapters.job_boards import JobBoards
from service.adapters.page_fetcher import PageFetcher
from service.adapters.page_parser import PageParser
from service.adapters.resume_reader import ResumeReader
from service.settings import Settings, installed_version

# Reading a page takes some 10 ms; two readers keep up with any load one event loop can bring.
PAGE_PARSERS = 2
# Each holds 70 MB from the first résumé's file on, which takes it a tenth of a second.
RESUME_READERS = 2


def open_page_parser() -> AbstractAsyncContextManager[PageParser]:
    from service.adapters.page_parser.processes import page_parser_processes  # noqa: PLC0415

    return page_parser_processes(count=PAGE_PARSERS)


def open_resume_reader() -> AbstractAsyncContextManager[ResumeReader]:
    from service.adapters.resume_reader.processes import resume_reader_processes  # noqa: PLC0415

    return resume_reader_processes(count=RESUME_READERS)


def open_page_fetcher(settings: Settings) -> PageFetcher:
    from service.adapters.page_fetcher.http import HttpPageFetcher  # noqa: PLC0415  (httpx)

    return HttpPageFetcher(
        allows_private=settings.fetch_allow_private,
        user_agent=f"Overture/{installed_version()} (+{settings.public_url})",
    )


def open_job_boards(settings: Settings, *, cache: Cache) -> JobBoards:
    from service.adapters.job_boards.http import HttpJobBoards  # noqa: PLC0415  (httpx)

    user_agent = f"Overture/{installed_version()} (+{settings.public_url})"
    return HttpJobBoards(api_urls=settings.board_api_urls, cache=cache, user_agent=user_agent)
