"""A résumé's file in, a JSON Resume document out (jsonresume.org, schema 1.x); nothing is invented, nothing lost.

PDF, DOCX (Office Open XML), Markdown and plain text, told apart by their content. All of it happens in worker processes
that are killed when they exceed their time or memory: a PDF may ask for more of both than any machine has, and to look
for dates and addresses in 200 000 characters made for it takes seconds.

workers       the reader of the service: a pool of processes, each running `worker`, which is asked a `request`
scripted      the fake for tests
reading       bytes to `lines`, pure; in it: pdf, docx (over package, the zip it comes in, and wordml), plain (text and
              Markdown)
recognition   lines to a document, pure
"""

from collections.abc import Mapping
from typing import Any, Protocol

from service.kernel.errors import Kind, ServiceError

FILE_MAX_BYTES = 5_000_000
ACCEPTED = "a PDF, DOCX, Markdown or plain-text file"


class UnreadableResume(ServiceError):
    """The file is of another kind, damaged, locked, too much, or holds no text."""

    kind, slug, title = Kind.INVALID, "unreadable-resume", "The résumé's file cannot be read"


class ResumeReader(Protocol):
    async def read(self, content: bytes, *, file_name: str = "") -> Mapping[str, Any]:
        """A JSON Resume document of what a file of at most `FILE_MAX_BYTES` says; see `recognition` for what it holds.

        The name only tells Markdown from plain text. Ends within 4 s of work (plus a bounded wait for a free worker,
        and for starting one) or raises `UnreadableResume`; cancellation kills the worker at once. Raises `Overloaded`
        where no worker becomes free within 5 s, `Unavailable` where none can be started.
        """
        ...
