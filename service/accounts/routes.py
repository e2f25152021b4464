"""Accounts over HTTP."""

from collections.abc import Sequence

from service.accounts import operations as accounts
from service.accounts.model import AccountMismatch, normalized_email, refuse_mismatch
from service.accounts.schema import StoredUser, StoreUser, stored_user
from service.kernel.database import Database
from service.kernel.identifiers import UserId
from service.web.endpoint import Access, Call, Endpoint, JsonBody


def routes(*, db: Database, welcome_coins: int) -> Sequence[Endpoint]:
    async def store_user(call: Call[StoreUser, None]) -> StoredUser:
        """Store the user the token is for, or bring e-mail and display name up to date.

        The first time ever, the welcome coins are granted; not again after a deletion.
        """
        asked = call.body
        user = UserId(asked.user_id)
        refuse_mismatch(user=user, email=asked.email, token_user=call.principal.user, token_email=call.principal.email)
        stored = await db.run(
            accounts.store,
            user=user,
            email=normalized_email(asked.email),
            display_name=asked.display_name,
            welcome_coins=welcome_coins,
        )
        return stored_user(stored)

    async def me(call: Call[None, None]) -> StoredUser:
        """The user this token is for."""
        return stored_user(await db.read(accounts.find, user=call.principal.user))

    return (
        Endpoint(
            "POST",
            "/api/users/store",
            store_user,
            answer=StoredUser,
            body=JsonBody(StoreUser),
            access=Access.TOKEN,
            problems=(AccountMismatch,),
            tag="users",
        ),
        Endpoint("GET", "/api/users/me", me, answer=StoredUser, tag="users"),
    )
