"""A PostgreSQL of our own, for a machine that has none: one server per directory, shared by every process that asks.

Owners hold a lease (an flock that dies with them, whatever kills them); the last to leave stops the server. After a
`kill -9` of the last owner the server stays up until the next owner comes, adopts it, and stops it on leaving.
Only the file system guards it: a socket in a directory of mode 0700, no TCP, no password.
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import msgspec

from service.kernel.errors import Kind, ServiceError


class LocalPostgresUnavailable(ServiceError):
    """The embedded server cannot run here; the detail says what stood in the way and what to do."""

    kind, slug, title = Kind.UNAVAILABLE, "local-postgres-unavailable", "The embedded PostgreSQL cannot run"


class Owner(msgspec.Struct, frozen=True):
    """One process that holds the server up right now."""

    pid: int
    command: str


class LocalPostgres(Protocol):
    def __call__(self, root: Path, *, is_durable: bool = True) -> AbstractAsyncContextManager[str]:
        """Hold the server of `root` up; yields its SQLAlchemy URL, ready for connections.

        A first start takes about a second, crash recovery up to 120 s. Leaving drops the lease and stops the server
        when nobody else holds one: 15 s at most, even when cancelled. `is_durable=False` trades safety for speed and is
        for tests. Raises `LocalPostgresUnavailable`. Works on asyncio and trio; starts no thread.
        """
        ...
