"""The version and extensions of a server, and whether it takes writes: for doctor and for readiness."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, text

from service.kernel.database.failures import DatabaseUnavailable
from service.kernel.database.transaction import Transaction

OLDEST_MAJOR = 15
# Kept in memory up to some 2 000 of them, beyond that in a temporary file of some 300 kB.
SPILLED_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """`installed` and `offered` name extensions: made in this database, and those that could be."""

    version: str
    major: int
    statement_timeout: str
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
        statement_timeout=str(await tx.scalar(text("SHOW statement_timeout"))),
        installed=frozenset(row.name for row in rows if row.installed_version),
        offered=frozenset(row.name for row in rows),
    )


async def write_nothing(tx: Transaction) -> None:
    """Write to the disk and to the log, without a row. Raises `DatabaseUnavailable` where that cannot be done now."""
    if await tx.scalar(text("SHOW transaction_read_only")) == "on":
        raise DatabaseUnavailable("The database takes no writes.")
    await tx.scalar(text("SELECT pg_current_xact_id()"))  # COMMIT of a transaction with an id is written to the log
    await tx.execute(text("SET LOCAL work_mem = '64kB'"))
    await tx.scalar(text("SELECT count(*) FROM generate_series(1, :rows)"), {"rows": SPILLED_ROWS})
