"""The one way to touch PostgreSQL: `value = await db.run(unit, *args)`, where `unit(tx, *args)` is a coroutine that
awaits nothing but the database.

`run` answers one of four ways:

    a value               committed (a cancellation that came too late reaches the caller at its next checkpoint)
    cancelled             not committed; the connection is back in the pool, or closed, before the caller knows
    `CommitUnknown`       COMMIT was sent and its answer never came
    any other error       not committed; type and traceback as raised. A connection which cannot be had or kept, a
                          statement or a lock past its limit and a conflict that three tries did not resolve are
                          `DatabaseUnavailable`, with the driver's error as the cause; a row of a user who was
                          deleted meanwhile is `UserGone`

A unit must be repeatable: serialization failures and deadlocks run it again.

gateway      `Database` and `open_database`: which role a unit runs as, and its answer; sweeps over everybody's rows
unit         one unit of work: BEGIN, the unit, COMMIT or ROLLBACK, its tries, and when it may be cut
transaction  what a unit is handed
prepared     statements that are built once and sent as they stand
pool         the engine, its connections warmed at start, and the places in front of it
home_loop    where units run: the caller's own loop on asyncio, a thread with a loop on trio
declarations a person's rows of a table in pages, and what must hold of it
paging       lists in pages, each with the number of rows that match
wall         whose rows a unit sees
failures     which driver errors mean that the connection is lost, or that the unit may be run again
bounds       how long each step may take
server       the version and extensions of a server, and whether it takes writes
"""

from service.kernel.database.bounds import SURVEY, Bounds
from service.kernel.database.declarations import Export, ExportPage, Invariant, export_of
from service.kernel.database.failures import CommitUnknown, DatabaseUnavailable, UserGone
from service.kernel.database.gateway import Database, Unit, open_database, sweep
from service.kernel.database.paging import read_page
from service.kernel.database.pool import PoolState, async_url
from service.kernel.database.prepared import Prepared, prepare
from service.kernel.database.transaction import Parameters, Statement, Transaction
from service.kernel.database.wall import acting_for

__all__ = [
    "SURVEY",
    "Bounds",
    "CommitUnknown",
    "Database",
    "DatabaseUnavailable",
    "Export",
    "ExportPage",
    "Invariant",
    "Parameters",
    "PoolState",
    "Prepared",
    "Statement",
    "Transaction",
    "Unit",
    "UserGone",
    "acting_for",
    "async_url",
    "export_of",
    "open_database",
    "prepare",
    "read_page",
    "sweep",
]
