"""The schema's history: alembic, one file per change in `versions`, applied by `overture migrate`.

migrate    `migrate(url)` brings a database to the newest revision; `current_and_head(url)` says where it stands
wall       row-level security, in the words of the files in `versions`
"""

from pathlib import Path

from sqlalchemy import text

from service.kernel.database import Transaction


def newest_revision() -> str:
    """The last file of `versions`; a revision's id is the number its file's name begins with."""
    return max(file.stem.partition("_")[0] for file in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


async def applied_revision(tx: Transaction) -> str | None:
    """The revision the database is at; None before the first."""
    if await tx.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    return await tx.scalar(text("SELECT version_num FROM alembic_version"))
