"""A person's data over HTTP: all of it, and the end of it."""

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from service.access.rates import BULK
from service.custody import operations as custody
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.identifiers import UserId
from service.web.endpoint import Call, Download, Endpoint


class DeletedAccount(msgspec.Struct, frozen=True):
    """How many rows of each table are gone."""

    deleted: Annotated[dict[str, int], Meta(examples=[{"emails": 3, "resumes": 1, "users": 1}])]


def routes(*, db: Database, clock: Clock, forget: Callable[[UserId], None]) -> Sequence[Endpoint]:
    """`forget` is told who is gone, so that this process knows at once."""

    async def delete_account(call: Call[None, None]) -> DeletedAccount:
        """Delete the user and every personal row, for ever.

        The ledger stays, and names nobody. Work of the user's that is under way ends without effect, its coins
        released. Any later call answers `unknown-user`; storing the user again grants no welcome coins.
        """
        user = call.principal.user
        try:
            return DeletedAccount(await db.run_system(custody.erase, user=user))
        finally:
            forget(user)

    async def export(call: Call[None, None]) -> None:
        """Download all of the user's data: a zip with one file of JSON lines per table.

        It is read while it is sent, table by table, within the time of one request; what is written meanwhile may be
        in it or not.
        """
        await custody.export(db=db, user=call.principal.user, now=clock.now(), write=call.write)

    return (
        Endpoint("DELETE", "/api/users/delete-account", delete_account, answer=DeletedAccount, tag="users"),
        Endpoint(
            "GET",
            "/api/users/export",
            export,
            sends=Download("overture-export.zip", "application/zip"),
            rate=BULK,
            tag="users",
        ),
    )
