"""Credits over HTTP: reading only. What moves coins are the stories that call `operations`."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from service.credits import operations as credits
from service.credits.schema import (
    CreditBalance,
    CreditTransaction,
    TransactionQuery,
    credit_balance,
    credit_transaction,
)
from service.kernel.database import Database
from service.web.endpoint import Call, Endpoint
from service.web.paging import Page, page_of

# The list and its order, and its sort key: a transaction's id, a bigint.
_NEWEST_FIRST = "credit transactions, newest first"
_KEYS = tuple[Annotated[int, Meta(ge=0, le=2**63 - 1)]]


def routes(*, db: Database) -> Sequence[Endpoint]:
    async def balance(call: Call[None, None]) -> CreditBalance:
        """What the user has: `balance` = `reserved` + `available`."""
        return credit_balance(await db.read(credits.balance, user=call.principal.user))

    async def transactions(call: Call[None, TransactionQuery]) -> Page[CreditTransaction]:
        """The user's ledger, newest first: each line with what was available and reserved after it."""
        window = call.query.window(_NEWEST_FIRST, _KEYS)
        listed = await db.read(credits.transactions, user=call.principal.user, window=window, kind=call.query.type)
        return page_of(
            call.query, listed, order=_NEWEST_FIRST, position=lambda line: (line.id,), item=credit_transaction
        )

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
    )
