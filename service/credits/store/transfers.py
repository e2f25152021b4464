"""The statements that move coins, one for each verb.

A movement is one statement: it locks the wallet, decides on what it finds under the lock, moves the two sums, and
writes the ledger transaction with its entries. READ COMMITTED re-reads a row it had to wait for, so the conditions
(still open, enough available) hold of the newest version.

The new sums are computed from the locked row, never from the row that UPDATE itself finds: that one is of the
statement's snapshot, and PostgreSQL holds the CHECKs against what comes of it before it notices that it is stale (a
reservation that waited for a purchase would be refused for being below zero).
"""

from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    DateTime,
    Double,
    Integer,
    Text,
    TextClause,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from service.credits.model import Balance, CreditsChanged, Hold, HoldId, HoldState, Refund, TransactionKind
from service.credits.store.tables import balance_of, hold_of, wallets
from service.events import name_of
from service.events.store import inserted_from
from service.kernel.database import Prepared, Transaction, prepare
from service.kernel.identifiers import UserId

# The fields of `CreditsChanged`, and whose they are: by the locked row, for an account may have been deleted meanwhile.
_CHANGES = """
    SELECT changed.user_id, moved.amount, moved.available_after + moved.held_after AS balance,
           moved.held_after AS reserved, moved.available_after AS available, moved.debt_after AS debt
    FROM moved JOIN changed ON changed.id = moved.wallet_id
    WHERE moved.amount <> 0 AND changed.user_id IS NOT NULL
"""
# Every movement ends with these three: `moved` has one row per ledger transaction to write, with what it moves to
# available, to held, to debt (positive pays it off), and (so that the sum is zero) out of one account of the house.
_WRITTEN_DOWN = """
written AS (
    INSERT INTO ledger_transactions
        (wallet_id, hold_id, kind, amount, available_after, held_after, debt_after, reference)
    SELECT wallet_id, hold_id, kind, amount, available_after, held_after, debt_after, reference
    FROM moved WHERE amount <> 0
    RETURNING id, wallet_id, hold_id, reference
), entered AS (
    INSERT INTO ledger_entries (wallet_id, transaction_id, account, amount)
    SELECT written.wallet_id, written.id, entry.account, entry.amount
    FROM written
    JOIN moved USING (wallet_id, reference)
    CROSS JOIN LATERAL (VALUES
        ('available', moved.to_available),
        ('held', moved.to_held),
        ('debt', moved.to_debt),
        (moved.house_account, -(moved.to_available + moved.to_held + moved.to_debt))
    ) AS entry (account, amount)
    WHERE entry.amount <> 0
)
"""
_TOLD = f", told AS ({inserted_from(name_of(CreditsChanged), _CHANGES)})"


def _movement(moves: str, answer: str, *parameters: BindParameter[Any]) -> TextClause:
    return text("\n".join((moves, _WRITTEN_DOWN, _TOLD, answer))).bindparams(*parameters)


_AMOUNT = bindparam("amount", type_=BigInteger)
_HOLD = bindparam("hold", type_=Uuid)
_REFERENCE = bindparam("reference", type_=Text)
_USER = bindparam("user", type_=Text)

_RESERVE = _movement(
    """
WITH wallet AS (
    SELECT id, available, held, debt FROM wallets WHERE user_id = :user FOR NO KEY UPDATE
), opened AS (
    INSERT INTO holds (id, wallet_id, operation, amount, state, expires_at)
    SELECT :hold, id, :operation, :amount, 'open', clock_timestamp() + make_interval(secs => :expires_in_seconds)
    FROM wallet WHERE available >= :amount
    ON CONFLICT (wallet_id, operation) DO NOTHING
    RETURNING id, wallet_id, operation, amount, state, expires_at
), changed AS (
    UPDATE wallets SET available = wallet.available - opened.amount, held = wallet.held + opened.amount
    FROM opened JOIN wallet ON wallet.id = opened.wallet_id WHERE wallets.id = wallet.id
    RETURNING wallets.id, wallets.user_id, wallets.available, wallets.held, wallets.debt
), moved AS (
    SELECT opened.wallet_id, opened.id AS hold_id, 'reserve' AS kind, -opened.amount AS amount,
           changed.available AS available_after, changed.held AS held_after, changed.debt AS debt_after,
           'hold:' || opened.id AS reference,
           -opened.amount AS to_available, opened.amount AS to_held, 0 AS to_debt, 'revenue' AS house_account
    FROM opened JOIN changed ON changed.id = opened.wallet_id
),
""",
    "SELECT id, operation, amount, state, expires_at FROM opened",
    _USER,
    _HOLD,
    _AMOUNT,
    bindparam("operation", type_=Uuid),
    bindparam("expires_in_seconds", type_=Double),
)

# An open hold is one without `settled_at` (a CHECK says so). Asked as `state = 'open'`, the planner takes the small
# partial index of due holds for granted and walks over every hold in flight.
_SETTLE = _movement(
    """
WITH wallet AS (
    SELECT wallets.id, wallets.available, wallets.held, wallets.debt
    FROM wallets JOIN holds ON holds.wallet_id = wallets.id
    WHERE holds.id = :hold FOR NO KEY UPDATE OF wallets
), settled AS (
    UPDATE holds SET state = :state, settled_at = clock_timestamp()
    FROM wallet
    WHERE holds.id = :hold AND holds.wallet_id = wallet.id AND holds.settled_at IS NULL AND holds.amount >= :amount
      AND (:even_if_expired OR holds.expires_at > clock_timestamp())
    RETURNING holds.id, holds.wallet_id, holds.amount, least(wallet.debt, holds.amount - :amount) AS paid
), changed AS (
    UPDATE wallets SET available = wallet.available + settled.amount - :amount - settled.paid,
                       held = wallet.held - settled.amount, debt = wallet.debt - settled.paid
    FROM settled JOIN wallet ON wallet.id = settled.wallet_id WHERE wallets.id = wallet.id
    RETURNING wallets.id, wallets.user_id, wallets.available, wallets.held, wallets.debt
), moved AS (
    SELECT settled.wallet_id, settled.id AS hold_id, :kind AS kind,
           CASE WHEN :amount > 0 THEN -:amount ELSE settled.amount END AS amount,
           changed.available AS available_after, changed.held AS held_after, changed.debt AS debt_after,
           coalesce(:reference, 'hold:' || settled.id) AS reference,
           settled.amount - :amount - settled.paid AS to_available, -settled.amount AS to_held,
           settled.paid AS to_debt, 'revenue' AS house_account
    FROM settled JOIN changed ON changed.id = settled.wallet_id
),
""",
    "SELECT available, held, debt FROM changed",
    _HOLD,
    _AMOUNT,
    _REFERENCE,
    bindparam("state", type_=Text),
    bindparam("kind", type_=Text),
    bindparam("even_if_expired", type_=Boolean),
)

# The clock stands in a subselect so that it is read once and the index on `expires_at` serves the comparison. Of
# several holds of one wallet each line is written as if alone, in the order of their ids: `so_far` is what has come
# back with it and those before it, and what the debt takes is the first of that.
_EXPIRE = _movement(
    """
WITH due AS (
    SELECT holds.id, holds.wallet_id, wallets.available, wallets.held, wallets.debt
    FROM holds JOIN wallets ON wallets.id = holds.wallet_id
    WHERE holds.state = 'open' AND holds.expires_at <= (SELECT clock_timestamp())
    ORDER BY holds.expires_at LIMIT :limit
    FOR NO KEY UPDATE OF wallets SKIP LOCKED
), settled AS (
    UPDATE holds SET state = 'expired', settled_at = clock_timestamp()
    FROM due WHERE holds.id = due.id AND holds.state = 'open'
    RETURNING holds.id, holds.wallet_id, holds.amount, due.available, due.held, due.debt
), line AS (
    SELECT *, (sum(amount) OVER (PARTITION BY wallet_id ORDER BY id))::bigint AS so_far FROM settled
), changed AS (
    UPDATE wallets SET available = total.available + total.amount - least(total.debt, total.amount),
                       held = total.held - total.amount, debt = total.debt - least(total.debt, total.amount)
    FROM (
        SELECT wallet_id, available, held, debt, max(so_far) AS amount FROM line
        GROUP BY wallet_id, available, held, debt
    ) AS total
    WHERE wallets.id = total.wallet_id
    RETURNING wallets.id, wallets.user_id
), moved AS (
    SELECT wallet_id, id AS hold_id, 'expire' AS kind, amount,
           available + so_far - least(debt, so_far) AS available_after, held - so_far AS held_after,
           debt - least(debt, so_far) AS debt_after, 'hold:' || id AS reference,
           amount - least(debt, so_far) + least(debt, so_far - amount) AS to_available, -amount AS to_held,
           least(debt, so_far) - least(debt, so_far - amount) AS to_debt, 'revenue' AS house_account
    FROM line ORDER BY wallet_id, id
),
""",
    "SELECT count(*) FROM settled",
    bindparam("limit", type_=Integer),
)

# This and the next run under the lock that `open_wallet` took in a statement before, so that the snapshot which
# NOT EXISTS and the sums are read from is younger.
_GRANT = _movement(
    """
WITH wallet AS (
    SELECT id, least(debt, :amount) AS paid FROM wallets
    WHERE user_id = :user AND NOT EXISTS (
        SELECT FROM ledger_transactions AS earlier
        WHERE earlier.wallet_id = wallets.id AND earlier.hold_id IS NULL
          AND earlier.kind = :kind AND earlier.reference = :reference
    )
), changed AS (
    UPDATE wallets SET available = wallets.available + :amount - wallet.paid, debt = wallets.debt - wallet.paid
    FROM wallet WHERE wallets.id = wallet.id
    RETURNING wallets.id, wallets.user_id, wallets.available, wallets.held, wallets.debt, wallet.paid
), moved AS (
    SELECT id AS wallet_id, NULL::uuid AS hold_id, :kind AS kind, :amount AS amount,
           available AS available_after, held AS held_after, debt AS debt_after, :reference AS reference,
           :amount - paid AS to_available, 0 AS to_held, paid AS to_debt, :house_account AS house_account
    FROM changed
),
""",
    "SELECT available, held, debt FROM changed",
    _USER,
    _AMOUNT,
    _REFERENCE,
    bindparam("kind", type_=Text),
    bindparam("house_account", type_=Text),
)

_REFUND = _movement(
    """
WITH wallet AS (
    SELECT id, least(available, :amount) AS clawed_back FROM wallets
    WHERE user_id = :user AND NOT EXISTS (
        SELECT FROM ledger_transactions AS earlier
        WHERE earlier.wallet_id = wallets.id AND earlier.hold_id IS NULL
          AND earlier.kind = 'refund' AND earlier.reference = :reference
    )
), changed AS (
    UPDATE wallets SET available = wallets.available - wallet.clawed_back,
                       debt = wallets.debt + :amount - wallet.clawed_back
    FROM wallet WHERE wallets.id = wallet.id
    RETURNING wallets.id, wallets.user_id, wallets.available, wallets.held, wallets.debt, wallet.clawed_back
), moved AS (
    SELECT id AS wallet_id, NULL::uuid AS hold_id, 'refund' AS kind, -:amount AS amount,
           available AS available_after, held AS held_after, debt AS debt_after, :reference AS reference,
           -clawed_back AS to_available, 0 AS to_held, clawed_back - :amount AS to_debt, 'refunds' AS house_account
    FROM changed
),
""",
    "SELECT clawed_back FROM changed",
    _USER,
    _AMOUNT,
    _REFERENCE,
)


# The two that every e-mail costs.
@cache
def _reserve() -> Prepared:
    opened = _RESERVE.columns(
        id=Uuid(), operation=Uuid(), amount=BigInteger(), state=Text(), expires_at=DateTime(timezone=True)
    )
    return prepare(opened)


@cache
def _settle() -> Prepared:
    return prepare(_SETTLE.columns(available=BigInteger(), held=BigInteger(), debt=BigInteger()))


async def open_wallet(tx: Transaction, user: UserId) -> None:
    """Make the user's wallet if there is none; either way it is locked until the transaction ends."""
    opening = insert(wallets).values(user_id=user)
    await tx.execute(
        opening.on_conflict_do_update(index_elements=["user_id"], set_={"user_id": opening.excluded.user_id})
    )


async def insert_hold(
    tx: Transaction, *, user: UserId, amount: int, operation: UUID, hold: HoldId, expires_in_seconds: float
) -> Hold | None:
    """Move the amount to a new hold; None where less is available, or the operation has a hold already."""
    row = await tx.row(
        _reserve(),
        {
            "user": user,
            "hold": hold,
            "operation": operation,
            "amount": amount,
            "expires_in_seconds": expires_in_seconds,
        },
    )
    return None if row is None else hold_of(row)


async def settle_hold(
    tx: Transaction, *, hold: HoldId, charged: int, reference: str | None, even_if_expired: bool
) -> Balance | None:
    """Charge so much of an open hold and give back the rest; None where it is not open, too small, or expired."""
    row = await tx.row(
        _settle(),
        {
            "hold": hold,
            "amount": charged,
            "state": HoldState.CHARGED if charged else HoldState.RELEASED,
            "kind": TransactionKind.CHARGE if charged else TransactionKind.RELEASE,
            "reference": reference if charged else None,
            "even_if_expired": even_if_expired,
        },
    )
    return None if row is None else balance_of(row)


async def expire_holds(tx: Transaction, *, limit: int) -> int:
    """Give back what at most `limit` holds past their expiry keep, the oldest first; how many were expired.

    For `db.run_system`. Wallets that somebody is busy with are skipped, never waited for: call again.
    """
    return await tx.scalar(_EXPIRE, {"limit": limit})


async def insert_grant(
    tx: Transaction, *, user: UserId, amount: int, kind: TransactionKind, reference: str, house_account: str
) -> Balance | None:
    """Add coins from an account of the house to a wallet locked by `open_wallet`; None where that was done before."""
    row = await tx.row(
        _GRANT,
        {"user": user, "amount": amount, "kind": kind, "reference": reference, "house_account": house_account},
    )
    return None if row is None else balance_of(row)


async def insert_refund(tx: Transaction, *, user: UserId, amount: int, reference: str) -> Refund | None:
    """Take coins back from a wallet locked by `open_wallet`, the rest as a debt; None where that was done before."""
    clawed_back = await tx.scalar(_REFUND, {"user": user, "amount": amount, "reference": reference})
    return None if clawed_back is None else Refund(clawed_back=clawed_back, debt=amount - clawed_back)
