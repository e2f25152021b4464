"""Whose rows a unit sees: the role and the settings that row-level security reads (`service.migrations.wall`).

BEGIN, role, user, tenant and time limits travel in one simple-protocol message, so that a bare read costs three round
trips; the settings are local to the transaction, so the next user of the connection inherits nothing.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from service.kernel.identifiers import TenantId, UserId
from service.kernel.text import UNSTORABLE

APP_ROLE = "overture_app"
# People who ask one thing after another; about 1 MB of them.
OPENINGS_MAX = 2_000

# PostgreSQL's, by name.
Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Acting:
    user: UserId
    tenant: TenantId


# Nobody: PostgreSQL shows such a unit no row of anyone.
NOBODY = Acting(UserId(""), TenantId(""))

_acting: ContextVar[Acting] = ContextVar("acting_for", default=NOBODY)


@contextmanager
def acting_for(user: UserId, tenant: TenantId) -> Generator[None]:
    """Every `db.run` inside sees the rows of this user and this tenant, and no others (row-level security).

    Raises ValueError for text that PostgreSQL cannot hold.
    """
    for name in (user, tenant):
        quote_literal(name)
    token = _acting.set(Acting(user, tenant))
    try:
        yield
    finally:
        _acting.reset(token)


def acting_now() -> Acting:
    return _acting.get()


def quote_literal(text: str) -> str:
    """A string literal, for connections with `standard_conforming_strings` on. Refuses what text cannot hold."""
    if UNSTORABLE.search(text):
        raise ValueError("PostgreSQL text holds neither NUL nor lone surrogates")
    return "'" + text.replace("'", "''") + "'"


@lru_cache(maxsize=OPENINGS_MAX)
def opening(acting: Acting, *, as_app: bool, is_read_only: bool, limits: Settings) -> str:
    """BEGIN for the rows of one user and tenant; `as_app` takes the role that row-level security binds."""
    acting_as: Settings = (("overture.user", acting.user), ("overture.tenant", acting.tenant))
    role: Settings = (("role", APP_ROLE),) if as_app else ()
    begin = "BEGIN READ ONLY" if is_read_only else "BEGIN"
    return f"{begin}; {_set_locally((*acting_as, *limits, *role))}"


def system_opening(*, limits: Settings) -> str:
    """BEGIN as the owner, who sees all tenants."""
    return f"BEGIN; {_set_locally(limits)}"


def _set_locally(settings: Settings) -> str:
    calls = (f"set_config({quote_literal(name)}, {quote_literal(value)}, true)" for name, value in settings)
    return f"SELECT {', '.join(calls)}"
