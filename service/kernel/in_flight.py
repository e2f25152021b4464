"""The requests being served: counted, refused once the process stops, and cancelled when its patience ends."""

from collections.abc import Generator
from contextlib import contextmanager

import anyio

from service.kernel.errors import Unavailable


class ShuttingDown(Unavailable):
    """The process is draining; another one serves."""

    slug, title = "shutting-down", "Shutting down"


class InFlight:
    """The requests being served, each by the scope that cancels its work.

    Belongs to the event loop's thread. `is_cancelled`: it was the drain that cancelled them.
    """

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()
        self._is_refusing = False
        self._empty: anyio.Event | None = None
        self.is_cancelled = False

    def __len__(self) -> int:
        return len(self._scopes)

    @contextmanager
    def enter(self, scope: anyio.CancelScope) -> Generator[None]:
        """Count the work under `scope` as in flight. Raises `ShuttingDown` once the drain has begun."""
        if self._is_refusing:
            raise ShuttingDown("This process is shutting down; send the request again.", retry_after_seconds=1)
        self._scopes.add(scope)
        try:
            yield
        finally:
            self._scopes.remove(scope)
            if not self._scopes and self._empty:
                self._empty.set()

    def refuse(self) -> None:
        """From now on nothing new enters."""
        self._is_refusing = True

    def cancel(self) -> None:
        """Cancel the work of every request in flight; their clean-up runs on in their own shields."""
        self._is_refusing = self.is_cancelled = True
        for scope in tuple(self._scopes):
            scope.cancel()

    async def wait_until_empty(self) -> None:
        """Wait until nothing is in flight."""
        while self._scopes:
            self._empty = anyio.Event()
            await self._empty.wait()
