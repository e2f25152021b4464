"""What a generation is done with, whatever it is about: made once for each process."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from service.emails.brief import Writer
from service.emails.model import Terms
from service.emails.offline import compose
from service.emails.operations.gather import Sources
from service.kernel.database import Database
from service.kernel.identifiers import Identifiers, UserId

# The user's share of what is in flight, held while the block runs; raises `TooManyInFlight`.
Share = Callable[[UserId], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class EmailServices:
    """`sources` is where the branches read, `terms` price and time limits, `share` the user's share in flight."""

    sources: Sources
    identifiers: Identifiers
    terms: Terms
    share: Share
    writer: Writer = compose.write

    @property
    def db(self) -> Database:
        return self.sources.db
