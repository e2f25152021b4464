"""How long each step of a unit of work may take; each bound backs up the one before it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    # The server stops a statement itself, and says so: the connection survives.
    statement_seconds: float = 8.0
    # The driver gives up on a server that did not even do that (frozen, unreachable): the connection is thrown away.
    command_seconds: float = 10.0
    # The gateway gives up on the driver (asyncpg waits without a limit while it cancels, MagicStack/asyncpg#1326).
    exchange_seconds: float = 12.0
    # A row lock is held for one unit, which is milliseconds; a wait this long means that something is broken.
    lock_seconds: float = 3.0
    # A unit awaits nothing but the database, so an idle transaction is one whose process has stopped.
    idle_in_transaction_seconds: float = 15.0
    # Waiting for a place in the pool, and connecting.
    acquire_seconds: float = 5.0
    connect_seconds: float = 5.0
    # A statement under way when the caller leaves may finish within this; cutting it costs the connection.
    grace_seconds: float = 0.25
    # After the cut, a server that does not answer the cancellation either loses the socket.
    force_seconds: float = 1.0
    # ROLLBACK, and closing at the end of the process.
    ending_seconds: float = 2.0

    def server_limits(self) -> tuple[tuple[str, str], ...]:
        """What the server itself is to hold to, for each transaction anew: a pooler in transaction mode refuses these
        when a connection is opened, or forgets them."""
        return (
            ("statement_timeout", _milliseconds(self.statement_seconds)),
            ("lock_timeout", _milliseconds(self.lock_seconds)),
            ("idle_in_transaction_session_timeout", _milliseconds(self.idle_in_transaction_seconds)),
        )


# Of statements that read whole tables, on a connection of their own. The longest of those about the ledger takes about
# a second for each million entries (two cores, everything in memory).
SURVEY = Bounds(statement_seconds=60.0, command_seconds=62.0, exchange_seconds=64.0)


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
