"""The worker process: reads pages until its standard input ends. `python -m service.adapters.page_parser.worker`.

It handles no error of its own: whatever goes wrong in here ends it, and its owner starts another.
It ends with its owner, however that one ended: waiting, by the end of its input; parsing, by an alarm, which unlike a
watching thread also ends it inside the tree builder. (Linux's parent-death signal would fire when the *thread* that
started it ends, and trio starts processes from short-lived threads.)
"""

import resource
import signal
import sys
from typing import BinaryIO

from service.adapters.page_parser.frames import HEADER_BYTES, READY, Request, body_length, frame, request_in
from service.adapters.page_parser.reading import read_page

# 5 MB of elements with many empty attributes, the most found, take 0.55 GB as a tree; 0.04 GB are
# left after it.
MEMORY_MAX_BYTES = 1_000_000_000
# Beyond the owner's limit of 2 s, so that it goes off only where no owner is left.
PAGE_SECONDS = 3.0


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    outgoing.write(READY)
    outgoing.flush()
    while request := _next_request(incoming):
        signal.setitimer(signal.ITIMER_REAL, PAGE_SECONDS)  # then SIGALRM, whose default is to end the process
        html = request.html.decode() if request.is_text else request.html
        outgoing.write(frame(read_page(html, charset=request.charset)))
        outgoing.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _next_request(incoming: BinaryIO) -> Request | None:
    """None at the end of the input, also where it ends within a frame: the owner died while it wrote."""
    header = incoming.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    length = body_length(header)
    body = incoming.read(length)
    return request_in(body) if len(body) == length else None


if __name__ == "__main__":
    main()
