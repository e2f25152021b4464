"""Who is stored, remembered for a moment so that every request does not ask the database."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

import anyio

from service.kernel.database import Database, Transaction
from service.kernel.errors import Kind, ServiceError
from service.kernel.identifiers import UserId

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
    """Only a yes is remembered: a user is served from the moment of being stored."""

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
