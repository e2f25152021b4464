"""What alembic runs: the migrations, over asyncpg, in one transaction that one process at a time may have."""

import asyncio

from alembic import context
from sqlalchemy import Connection, event, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from service.kernel.database import async_url
from service.migrations.migrate import send_script

# Any number, the same in every process that migrates this database.
MIGRATION_LOCK = 0x6F766572
# A migration waits this long for another process's, or for a table in use; then it fails and changes nothing.
LOCK_TIMEOUT_SECONDS = 60


def apply(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        context.run_migrations()


async def main(url: str) -> None:
    engine = create_async_engine(async_url(url), poolclass=pool.NullPool)
    event.listen(engine.sync_engine, "do_execute", send_script)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(apply)
    finally:
        await engine.dispose()


asyncio.run(main(context.config.attributes["url"]))
