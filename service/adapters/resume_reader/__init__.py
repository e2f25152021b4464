"""A résumé's file in, a JSON Resume document out (jsonresume.org, schema 1.x); nothing is invented, nothing lost.

PDF, DOCX (Office Open XML), Markdown and plain text, told apart by their content. All parsing happens in reader
processes, which are killed when they exceed their time or memory: a PDF may ask for more of both than any machine has,
and searching 200 000 crafted characters for dates and addresses takes seconds.

processes        the reader of the service: a pool of processes, each running `reader_process`
reader_process   bytes to `lines`, each by its kind's reader: pdf, docx (over zip_archive), plain (text and Markdown)
recognition      lines to a document, pure
scripted         the fake for tests
"""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from service.kernel.errors import Kind, ServiceError

FILE_MAX_BYTES = 5_000_000
ACCEPTED = "a PDF, DOCX, Markdown or plain-text file"


class UnreadableResume(ServiceError):
    """The file is of another kind, damaged, locked, too much, or holds no text."""

    kind, slug, title = Kind.INVALID, "unreadable-resume", "The résumé's file cannot be read"


class Request(msgspec.Struct, frozen=True):
    """What a reader process is asked: one file to read."""

    content: bytes
    file_name: str


class Recognised(msgspec.Struct, frozen=True, tag=True):
    """Its answer: a JSON Resume document."""

    document: dict[str, Any]


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Its other answer: why the file cannot be read, as the rest of "The file cannot be read: it ..."."""

    reason: str


Answer = Recognised | Refused


class ResumeReader(Protocol):
    async def read(self, content: bytes, *, file_name: str = "") -> Mapping[str, Any]:
        """A JSON Resume document of what a file of at most `FILE_MAX_BYTES` says; see `recognition` for what it holds.

        The name only tells Markdown from plain text. Ends within 4 s of work (plus a bounded wait for a free process,
        and for starting one) or raises `UnreadableResume`; cancellation kills the process at once. Raises `Overloaded`
        where no process becomes free within 5 s, `Unavailable` where none can be started.
        """
        ...
