"""Which driver errors mean that the connection is lost, or that the unit may be run again."""

from asyncpg import IntegrityConstraintViolationError, PostgresError
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.kernel.errors import Kind, ServiceError, Unavailable

# PostgreSQL, appendix A. 40001 serialization_failure, 40P01 deadlock_detected.
REPEATABLE_STATES = frozenset({"40001", "40P01"})
# Class 53 is insufficient_resources: 53100 disk_full, 53200 out_of_memory, 53400 configuration_limit_exceeded.
EXHAUSTED_CLASS = "53"
# read_only_sql_transaction: a standby, or a provider that takes no writes while the disk is full.
READ_ONLY_STATE = "25006"
# 55P03 lock_not_available (lock_timeout), 57014 query_canceled (statement_timeout); and conflicts, try after try.
BUSY_STATES = REPEATABLE_STATES | {"55P03", "57014"}
# 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now, 57P04 database_dropped, 57P05
# idle_session_timeout, 25P03 idle_in_transaction_session_timeout, 53300 too_many_connections. Class 08 is
# connection_exception.
LOST_STATES = frozenset({"57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "53300"})
LOST_CLASS = "08"
# foreign_key_violation
FOREIGN_KEY_STATE = "23503"


class CommitUnknown(ServiceError):
    """COMMIT was sent and its answer never came: the transaction may or may not have happened. Read it back."""

    kind, slug, title = Kind.UNAVAILABLE, "outcome-unknown", "The outcome is not known"


class DatabaseUnavailable(Unavailable):
    """No connection could be had or kept, or the server was too busy for its limits; nothing was committed."""

    slug = "database-unavailable"


class UserGone(ServiceError):
    """The user was deleted while the unit worked: a foreign key refused to bring rows of theirs back."""

    kind, slug, title = Kind.FORBIDDEN, "unknown-user", "The user is not known"


def sqlstate(error: BaseException) -> str | None:
    """The five characters PostgreSQL gave, from the driver's error or from SQLAlchemy's wrapping of it."""
    source = error.orig if isinstance(error, DBAPIError) else error
    return getattr(source, "sqlstate", None)


def is_lost(error: BaseException) -> bool:
    """Whether the error says that this connection cannot be used any more (a driver's `TimeoutError` is an OSError)."""
    if isinstance(error, OSError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate(error) or ""
    return state.startswith(LOST_CLASS) or state in LOST_STATES


def is_repeatable(error: BaseException) -> bool:
    return sqlstate(error) in REPEATABLE_STATES


def is_busy(error: BaseException) -> bool:
    return sqlstate(error) in BUSY_STATES


def is_exhausted(error: BaseException, *, in_read_only: bool) -> bool:
    """Whether the server lacks what it needs: room on its disk, memory; or takes no writes, from where they may be."""
    state = sqlstate(error) or ""
    return state.startswith(EXHAUSTED_CLASS) or (state == READ_ONLY_STATE and not in_read_only)


def names_no_user(error: BaseException) -> bool:
    """Whether a row was refused because its `user_id` names no user (by the name PostgreSQL gives such constraints)."""
    source = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
    name = getattr(source, "constraint_name", None) or ""
    return sqlstate(error) == FOREIGN_KEY_STATE and name.endswith("_user_id_fkey")


def at_commit(error: PostgresError) -> DBAPIError:
    """An error that COMMIT itself met (a deferred constraint), in the type a statement's error would have."""
    kind = IntegrityError if isinstance(error, IntegrityConstraintViolationError) else DBAPIError
    return kind("COMMIT", None, error)
