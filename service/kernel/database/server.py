"""Which server this is, for whoever asks whether it will do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, text

from service.kernel.database.transaction import Transaction

OLDEST_MAJOR = 15


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """`installed` and `offered` name extensions: made in this database, and those that could be."""

    version: str
    major: int
    installed: frozenset[str]
    offered: frozenset[str]


async def server_facts(tx: Transaction, *, extensions: Sequence[str]) -> ServerFacts:
    """The server's version, and what it has of `extensions`."""
    version = str(await tx.scalar(text("SHOW server_version")))
    major = int(await tx.scalar(text("SHOW server_version_num"))) // 10_000
    rows = await tx.rows(
        text("SELECT name, installed_version FROM pg_available_extensions WHERE name IN :names").bindparams(
            bindparam("names", list(extensions), expanding=True)
        )
    )
    return ServerFacts(
        version=version.partition(" ")[0],
        major=major,
        installed=frozenset(row.name for row in rows if row.installed_version),
        offered=frozenset(row.name for row in rows),
    )
