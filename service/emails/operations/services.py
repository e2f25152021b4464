"""The dependencies of every generation, built once per process."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from service.adapters.github import GitHub
from service.emails.brief import Writer
from service.emails.model import Terms
from service.emails.offline import compose
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.identifiers import Identifiers, UserId
from service.postings.model import JobContext
from service.postings.operations import PostingReader

# The user's share of what is in flight, held while the block runs; raises `TooManyInFlight`.
Share = Callable[[UserId], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailServices:
    """`terms` are price and time limits."""

    db: Database
    clock: Clock
    identifiers: Identifiers
    terms: Terms
    share: Share
    postings: PostingReader
    github: GitHub | None = None  # None: this process asks GitHub nothing
    # Reads the posting where the request names none: the page a caller holds itself, as the command line does.
    given_posting: Callable[[], Awaitable[JobContext]] | None = None
    writer: Writer = compose.write
