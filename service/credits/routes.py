"""Credits over HTTP: reading, and the one movement made by hand. All others are made by the stories that call
`operations`."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from service.credits import operations as credits
from service.credits import store
from service.credits.model import ReferenceReused, WalletNotFound
from service.credits.schema import (
    CreditBalance,
    CreditPackage,
    CreditTransaction,
    GrantCoins,
    GrantedCoins,
    TransactionQuery,
    credit_balance,
    credit_package,
    credit_transaction,
)
from service.kernel.database import Database, acting_for
from service.kernel.identifiers import UserId, personal_tenant
from service.web.endpoint import Access, Call, Endpoint, JsonBody
from service.web.paging import Page, page_of

# The list and its order, and its sort key: a transaction's id, a bigint.
_NEWEST_FIRST = "credit transactions, newest first"
_KEYS = tuple[Annotated[int, Meta(ge=0, le=2**63 - 1)]]


def routes(*, db: Database) -> Sequence[Endpoint]:
    async def balance(call: Call[None, None]) -> CreditBalance:
        """What the user has: `balance` = `reserved` + `available`."""
        return credit_balance(await db.read(store.find_balance, user=call.principal.user))

    async def transactions(call: Call[None, TransactionQuery]) -> Page[CreditTransaction]:
        """The user's ledger, newest first: each line with what was available and reserved after it."""
        window = call.query.window(_NEWEST_FIRST, _KEYS)
        listed = await db.read(store.find_transactions, user=call.principal.user, window=window, kind=call.query.type)
        return page_of(
            call.query, listed, order=_NEWEST_FIRST, position=lambda line: (line.id,), item=credit_transaction
        )

    async def packages(_call: Call[None, None]) -> list[CreditPackage]:
        """What coins are sold in, the smallest first; prices in several currencies, in their minor unit."""
        return [credit_package(package) for package in await db.read(store.find_packages, only_active=True)]

    async def grant(call: Call[GrantCoins, None]) -> GrantedCoins:
        """Give a stored user coins, once per user and reference.

        For whoever helps users. The same grant again gets the first answer again; the reference with another number
        of coins is refused.
        """
        asked = call.body
        user = UserId(asked.user_id)
        with acting_for(user, personal_tenant(user)):
            after = await db.run(credits.grant_by_hand, user=user, coins=asked.coins, reference=asked.reference)
        return GrantedCoins(asked.user_id, asked.coins, asked.reference, credit_balance(after))

    return (
        Endpoint("GET", "/api/credits/balance", balance, answer=CreditBalance, tag="credits"),
        Endpoint(
            "GET",
            "/api/credits/transactions",
            transactions,
            answer=Page[CreditTransaction],
            query=TransactionQuery,
            tag="credits",
        ),
        Endpoint("GET", "/api/credits/packages", packages, answer=list[CreditPackage], tag="credits"),
        Endpoint(
            "POST",
            "/api/credits/grants",
            grant,
            answer=GrantedCoins,
            body=JsonBody(GrantCoins),
            access=Access.ADMIN,
            problems=(WalletNotFound, ReferenceReused),
            tag="credits",
        ),
    )
