"""Applying the migrations, and asking how far a database has come. Not for use inside a running loop."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import anyio
from alembic import command
from alembic.config import Config

from service.kernel.database import open_database
from service.migrations import applied_revision, newest_revision


def migrate(url: str, *, to: str = "head") -> None:
    """Bring the database up to a revision, in one transaction; one process at a time, others wait for it."""
    command.upgrade(_config(url), to)


def current_and_head(url: str) -> tuple[str | None, str]:
    """The revision the database is at (None before the first), and the newest there is."""

    async def ask() -> str | None:
        async with open_database(url, pool_size=1) as db:
            return await db.run_system(applied_revision)

    return anyio.run(ask), newest_revision()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url  # not an option: those interpolate the percent signs of passwords
    return config


def send_script(_cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
    """For the engine's `do_execute`: send several statements of one `op.execute` over the simple protocol.

    The driver's prepared statements take one each.
    """
    if parameters or ";" not in statement:
        return None

    def send(raw: Any) -> Awaitable[str]:
        return raw.execute(statement)

    context.root_connection.connection.dbapi_connection.run_async(send)
    return True  # done: SQLAlchemy need not
