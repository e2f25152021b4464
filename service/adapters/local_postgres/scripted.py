"""The embedded PostgreSQL for tests of its users: a server that is there, or is not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from service.adapters.local_postgres import LocalPostgresUnavailable


class ScriptedPostgres:
    """Yields `url`, or raises `failure`; `held` are the directories that are held now."""

    def __init__(self, url: str, *, failure: LocalPostgresUnavailable | None = None) -> None:
        self._url = url
        self._failure = failure
        self.held: list[Path] = []

    @asynccontextmanager
    async def __call__(self, root: Path, *, is_durable: bool = True) -> AsyncGenerator[str, None]:
        del is_durable
        if self._failure:
            raise self._failure
        self.held.append(root)
        try:
            yield self._url
        finally:
            self.held.remove(root)
