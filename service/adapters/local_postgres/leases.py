"""Who holds the server up. A lease is a file locked by its owner: the kernel drops the lock when the owner dies.

`flock` rather than pid lists: after a kill -9, or when a pid is used again, a list still names an owner and the server
would run for ever.
"""

import fcntl
import os
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec

from service.adapters.local_postgres import LocalPostgresUnavailable, Owner

# A blocking flock would hold up the event loop, so we ask again; a start takes 130 ms when warm.
LOCK_POLL_SECONDS = 0.02


class StillBusy(LocalPostgresUnavailable):
    """Another process has been starting or stopping the server for as long as we would wait."""


@asynccontextmanager
async def exclusive(path: Path, *, wait_seconds: float) -> AsyncGenerator[None, None]:
    """Serialise starting and stopping between processes. Raises `StillBusy` after `wait_seconds`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        give_up_at = anyio.current_time() + wait_seconds
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            if anyio.current_time() > give_up_at:
                raise StillBusy(
                    f"Another process has been starting or stopping the server for {wait_seconds:g} s ({path})."
                )
            await anyio.sleep(LOCK_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


class Lease:
    """Held from construction to `drop`. To be taken under `exclusive`, and dropped there unless it stays busy."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, exist_ok=True)
        self._descriptor, name = tempfile.mkstemp(prefix=f"{os.getpid()}-", dir=directory)
        self._path = Path(name)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody else knows the file: never waits
        os.write(self._descriptor, msgspec.json.encode(Owner(os.getpid(), " ".join(sys.orig_argv)[:500])))

    def drop(self) -> None:
        """Give it up; a second time does nothing."""
        if self._descriptor >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def owners(directory: Path) -> tuple[Owner, ...]:
    """The living owners, read without disturbing them: a shared lock that is refused is a lease that is held."""
    found: list[Owner] = []
    for path in sorted(directory.glob("*")):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            if not _try_lock(descriptor, fcntl.LOCK_SH):
                found.append(_read(descriptor, path))
        finally:
            os.close(descriptor)
    return tuple(found)


def sweep(directory: Path) -> None:
    """Remove what owners that were killed left behind. Only under `exclusive`: a lease is born unlocked."""
    for path in directory.glob("*"):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # dropped meanwhile, by an owner who could not wait for the lock
            continue
        try:
            if _try_lock(descriptor, fcntl.LOCK_SH):
                path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def _try_lock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int, path: Path) -> Owner:
    try:
        return msgspec.json.decode(os.read(descriptor, 4096), type=Owner)
    except msgspec.DecodeError:  # read between its making and its writing
        return Owner(int(path.name.partition("-")[0]), "")
