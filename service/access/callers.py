"""Who calls: the user a call acts for, by its token and the operation's `Access`; and whether that user is stored,
which is remembered for a moment to spare each request a query."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

import anyio

from service.kernel.database import Database, Transaction
from service.kernel.errors import FieldError, InvalidRequest, Kind, ServiceError
from service.kernel.identifiers import TenantId, UserId, personal_tenant

ADMIN = "admin"
SERVICE = "service"
USER_MAX_CHARACTERS = 255


class Access(Enum):
    """What an operation asks of whoever calls it."""

    PUBLIC = "no token"
    TOKEN = "any valid token, also of a user not stored yet"  # noqa: S105 - a description, not a password
    USER = "a stored user"
    ADMIN = "a token with scope admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """The user a call acts for. On behalf of another that is not the token's subject, and `email` is unknown."""

    user: UserId
    tenant: TenantId
    email: str | None
    scopes: frozenset[str]


# Who a call of a public operation acts for; its handler has nothing to ask of it.
NOBODY = Principal(UserId(""), TenantId(""), None, frozenset())


class Forbidden(ServiceError):
    """The token is good, and does not allow this."""

    kind, slug, title = Kind.FORBIDDEN, "forbidden", "Not allowed"


def authorize(bearer: Principal, access: Access, on_behalf_of: str | None) -> Principal:
    """Who `bearer` acts for. Raises Forbidden, InvalidRequest.

    A service's token acts for any user; where it names a tenant, for that user within this tenant. Whether the user
    belongs to the tenant is not asked: membership is not known here, so a service token is a key to the whole house
    and is given to services alone.
    """
    if access is Access.ADMIN and ADMIN not in bearer.scopes:
        raise Forbidden(f"This call needs a token with scope {ADMIN!r}.")
    if on_behalf_of is None:
        return bearer
    if not 1 <= len(on_behalf_of) <= USER_MAX_CHARACTERS or not on_behalf_of.isprintable():
        what = f"must be a user id of 1 to {USER_MAX_CHARACTERS} printable characters"
        raise InvalidRequest(f"X-On-Behalf-Of {what}.", errors=[FieldError("/X-On-Behalf-Of", what)])
    if SERVICE not in bearer.scopes:
        raise Forbidden(f"X-On-Behalf-Of needs a token with scope {SERVICE!r}.")
    user = UserId(on_behalf_of)
    is_personal = bearer.tenant == personal_tenant(bearer.user)
    return Principal(user, personal_tenant(user) if is_personal else bearer.tenant, None, bearer.scopes)


IsStored = Callable[[Transaction, UserId], Awaitable[bool]]

# A user who deletes the account in another process may still be let in here for so long; foreign keys refuse what would
# be written (`UserGone`).
REMEMBERED_SECONDS = 10.0
# About 1 MB of ids.
REMEMBERED_MAX = 10_000


class UnknownUser(ServiceError):
    """The token is good and its user was never stored (POST /api/users/store), or was deleted."""

    kind, slug, title = Kind.FORBIDDEN, "unknown-user", "The user is not known"


class KnownUsers:
    """Remembers only users that are stored, so that a new one is served at once."""

    def __init__(self, db: Database, is_stored: IsStored) -> None:
        self._db = db
        self._is_stored = is_stored
        self._until: OrderedDict[UserId, float] = OrderedDict()
        self._forgotten = 0

    async def require(self, user: UserId) -> None:
        """Raises UnknownUser. To be called inside `acting_for(user, ...)`."""
        if self._until.get(user, 0.0) > anyio.current_time():
            return
        self._until.pop(user, None)
        forgotten = self._forgotten
        if not await self._db.read(self._is_stored, user):
            raise UnknownUser("Store the user first: POST /api/users/store.")
        if forgotten != self._forgotten:  # somebody was deleted while we asked, perhaps this one
            return
        self._until[user] = anyio.current_time() + REMEMBERED_SECONDS
        if len(self._until) > REMEMBERED_MAX:
            self._until.popitem(last=False)

    def forget(self, user: UserId) -> None:
        """The user was deleted: the next call asks again."""
        self._forgotten += 1
        self._until.pop(user, None)
