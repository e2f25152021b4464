"""The statements that move coins, one for each verb.

A movement is one statement: it locks the wallet, decides on what it finds under the lock, moves the two sums, and
writes the ledger transaction with its entries. READ COMMITTED re-reads a row it had to wait for, so the conditions
(still open, enough available) hold of the newest version.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Boolean, Double, Integer, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert

from service.credits.model import Balance, Hold, HoldId, HoldState, TransactionKind
from service.credits.store.rows import balance_of, hold_of
from service.credits.store.tables import wallets
from service.kernel.database import Transaction
from service.kernel.identifiers import UserId

# Every movement ends with these two: `moved` has one row per ledger transaction to write, with what it moves to
# available, to held, and (so that the sum is zero) out of one account of the house.
_WRITTEN_DOWN = """
written AS (
    INSERT INTO ledger_transactions (wallet_id, hold_id, kind, amount, available_after, held_after, reference)
    SELECT wallet_id, hold_id, kind, amount, available_after, held_after, reference FROM moved WHERE amount <> 0
    RETURNING id, wallet_id, hold_id, reference
), entered AS (
    INSERT INTO ledger_entries (wallet_id, transaction_id, account, amount)
    SELECT written.wallet_id, written.id, entry.account, entry.amount
    FROM written
    JOIN moved USING (wallet_id, reference)
    CROSS JOIN LATERAL (VALUES
        ('available', moved.to_available),
        ('held', moved.to_held),
        (moved.house_account, -(moved.to_available + moved.to_held))
    ) AS entry (account, amount)
    WHERE entry.amount <> 0
)
"""


def _movement(moves: str, answer: str, *parameters: BindParameter[Any]) -> TextClause:
    return text("\n".join((moves, _WRITTEN_DOWN, answer))).bindparams(*parameters)


_AMOUNT = bindparam("amount", type_=BigInteger)
_HOLD = bindparam("hold", type_=Uuid)
_REFERENCE = bindparam("reference", type_=Text)
_USER = bindparam("user", type_=Text)

_RESERVE = _movement(
    """
WITH wallet AS (
    SELECT id, available FROM wallets WHERE user_id = :user FOR NO KEY UPDATE
), opened AS (
    INSERT INTO holds (id, wallet_id, operation, amount, state, expires_at)
    SELECT :hold, id, :operation, :amount, 'open', clock_timestamp() + make_interval(secs => :expires_in_seconds)
    FROM wallet WHERE available >= :amount
    ON CONFLICT (wallet_id, operation) DO NOTHING
    RETURNING id, wallet_id, operation, amount, state, expires_at
), changed AS (
    UPDATE wallets SET available = wallets.available - opened.amount, held = wallets.held + opened.amount
    FROM opened WHERE wallets.id = opened.wallet_id
    RETURNING wallets.id, wallets.available, wallets.held
), moved AS (
    SELECT opened.wallet_id, opened.id AS hold_id, 'reserve' AS kind, -opened.amount AS amount,
           changed.available AS available_after, changed.held AS held_after, 'hold:' || opened.id AS reference,
           -opened.amount AS to_available, opened.amount AS to_held, 'revenue' AS house_account
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
    SELECT wallets.id FROM wallets JOIN holds ON holds.wallet_id = wallets.id
    WHERE holds.id = :hold FOR NO KEY UPDATE OF wallets
), settled AS (
    UPDATE holds SET state = :state, settled_at = clock_timestamp()
    FROM wallet
    WHERE holds.id = :hold AND holds.wallet_id = wallet.id AND holds.settled_at IS NULL AND holds.amount >= :amount
      AND (:even_if_expired OR holds.expires_at > clock_timestamp())
    RETURNING holds.id, holds.wallet_id, holds.amount
), changed AS (
    UPDATE wallets SET available = wallets.available + settled.amount - :amount, held = wallets.held - settled.amount
    FROM settled WHERE wallets.id = settled.wallet_id
    RETURNING wallets.id, wallets.available, wallets.held
), moved AS (
    SELECT settled.wallet_id, settled.id AS hold_id, :kind AS kind,
           CASE WHEN :amount > 0 THEN -:amount ELSE settled.amount END AS amount,
           changed.available AS available_after, changed.held AS held_after,
           coalesce(:reference, 'hold:' || settled.id) AS reference,
           settled.amount - :amount AS to_available, -settled.amount AS to_held, 'revenue' AS house_account
    FROM settled JOIN changed ON changed.id = settled.wallet_id
),
""",
    "SELECT available, held FROM changed",
    _HOLD,
    _AMOUNT,
    _REFERENCE,
    bindparam("state", type_=Text),
    bindparam("kind", type_=Text),
    bindparam("even_if_expired", type_=Boolean),
)

# The clock stands in a subselect so that it is read once and the index on `expires_at` serves the comparison.
_EXPIRE = _movement(
    """
WITH due AS (
    SELECT holds.id, holds.wallet_id FROM holds JOIN wallets ON wallets.id = holds.wallet_id
    WHERE holds.state = 'open' AND holds.expires_at <= (SELECT clock_timestamp())
    ORDER BY holds.expires_at LIMIT :limit
    FOR NO KEY UPDATE OF wallets SKIP LOCKED
), settled AS (
    UPDATE holds SET state = 'expired', settled_at = clock_timestamp()
    FROM due WHERE holds.id = due.id AND holds.state = 'open'
    RETURNING holds.id, holds.wallet_id, holds.amount
), changed AS (
    UPDATE wallets SET available = wallets.available + total.amount, held = wallets.held - total.amount
    FROM (SELECT wallet_id, sum(amount)::bigint AS amount FROM settled GROUP BY wallet_id) AS total
    WHERE wallets.id = total.wallet_id
    RETURNING wallets.id, wallets.available, wallets.held
), moved AS (
    SELECT line.wallet_id, line.id AS hold_id, 'expire' AS kind, line.amount,
           changed.available - line.following AS available_after, changed.held + line.following AS held_after,
           'hold:' || line.id AS reference,
           line.amount AS to_available, -line.amount AS to_held, 'revenue' AS house_account
    FROM (
        SELECT *, coalesce(sum(amount) OVER (
            PARTITION BY wallet_id ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ), 0)::bigint AS following
        FROM settled
    ) AS line JOIN changed ON changed.id = line.wallet_id
    ORDER BY line.wallet_id, line.id
),
""",
    "SELECT count(*) FROM settled",
    bindparam("limit", type_=Integer),
)

# Runs under the lock that `open_wallet` took in a statement before, so that the snapshot of NOT EXISTS is younger.
_GRANT = _movement(
    """
WITH changed AS (
    UPDATE wallets SET available = available + :amount
    WHERE user_id = :user AND NOT EXISTS (
        SELECT FROM ledger_transactions AS earlier
        WHERE earlier.wallet_id = wallets.id AND earlier.hold_id IS NULL
          AND earlier.kind = :kind AND earlier.reference = :reference
    )
    RETURNING id, available, held
), moved AS (
    SELECT id AS wallet_id, NULL::uuid AS hold_id, :kind AS kind, :amount AS amount,
           available AS available_after, held AS held_after, :reference AS reference,
           :amount AS to_available, 0 AS to_held, :house_account AS house_account
    FROM changed
),
""",
    "SELECT available, held FROM changed",
    _USER,
    _AMOUNT,
    _REFERENCE,
    bindparam("kind", type_=Text),
    bindparam("house_account", type_=Text),
)


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
        _RESERVE,
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
        _SETTLE,
        {
            "hold": hold,
            "amount": charged,
            "state": HoldState.CHARGED if charged else HoldState.RELEASED,
            "kind": TransactionKind.CHARGE if charged else TransactionKind.RELEASE,
            "reference": reference if charged else None,
            "even_if_expired": even_if_expired,
        },
    )
    return None if row is None else balance_of(row.available, row.held)


async def expire_holds(tx: Transaction, *, limit: int) -> int:
    """Give back what holds past their expiry keep, of wallets nobody has locked; how many were expired."""
    return await tx.scalar(_EXPIRE, {"limit": limit})


async def insert_grant(
    tx: Transaction, *, user: UserId, amount: int, kind: TransactionKind, reference: str, house_account: str
) -> Balance | None:
    """Add coins from an account of the house to a wallet locked by `open_wallet`; None where that was done before."""
    row = await tx.row(
        _GRANT,
        {"user": user, "amount": amount, "kind": kind, "reference": reference, "house_account": house_account},
    )
    return None if row is None else balance_of(row.available, row.held)
