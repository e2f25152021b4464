"""Migrations applied one by one, without the history between them."""

import asyncio
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import create_async_engine

from service import migrations
from service.kernel.database import async_url
from service.migrations.migrate import send_script

VERSIONS = Path(migrations.__file__ or "").parent / "versions"


def apply_alone(url: str, *names: str) -> None:
    """Run the `upgrade` of these files, in this order; what stands between them is other rooms' business."""
    for name in names:
        as_migration(url, _loaded(VERSIONS / name).upgrade)


def as_migration(url: str, upgrade: Callable[[], None]) -> None:
    """Run it in one transaction, with `alembic.op` bound to it. Not for use inside a running loop."""
    asyncio.run(_as_migration(url, upgrade))


async def _as_migration(url: str, upgrade: Callable[[], None]) -> None:
    def apply(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            upgrade()

    engine = create_async_engine(async_url(url))
    event.listen(engine.sync_engine, "do_execute", send_script)
    async with engine.begin() as connection:
        await connection.run_sync(apply)
    await engine.dispose()


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
