"""A reader process: reads pages until its standard input ends.

Run as `python -m service.adapters.page_parser.reader_process`.
"""

import msgspec

from service.adapters.page_parser import Page, Request
from service.adapters.page_parser.reading import read_page
from service.kernel.reader_processes.protocol import answer_requests

# 5 MB of elements with many empty attributes, the most found, take 0.55 GB as a tree; 0.04 GB are
# left after it.
MEMORY_MAX_BYTES = 1_000_000_000
# Beyond the owner's limit of 2 s, so that it goes off only where no owner is left.
PAGE_SECONDS = 3.0


def main() -> None:
    answer_requests(
        _page, msgspec.msgpack.Decoder(Request), alarm_seconds=PAGE_SECONDS, memory_max_bytes=MEMORY_MAX_BYTES
    )


def _page(request: Request) -> Page:
    html = request.html.decode() if request.is_text else request.html
    return read_page(html, charset=request.charset, selections=request.selections)


if __name__ == "__main__":
    main()
