"""The invariants that tables of several slices have together, and how any invariant is checked. Only reads."""

from sqlalchemy import Double, bindparam, text

from service.kernel.database import Invariant, Transaction

# Enough to see what is wrong; a broken ledger must not fill the log.
DETAILS_MAX = 20
# One number for all processes of this database: whoever holds it is checking.
CHECKING_LOCK = 0x0C_05_70_D1

INVARIANTS = (
    Invariant(
        "emails-have-their-charge",
        "A stored e-mail has exactly one charge, of its price and of its user's wallet; none at price 0.",
        """
        SELECT format('e-mail %s: priced %s, charged %s', email.id, email.charged, coalesce(charge.amounts, 'nothing'))
            AS detail
        FROM emails AS email
        CROSS JOIN LATERAL (
            SELECT string_agg(
                CASE WHEN wallet.user_id = email.user_id THEN (-posted.amount)::text ELSE 'elsewhere' END, ' '
            ) AS amounts
            FROM ledger_transactions AS posted JOIN wallets AS wallet ON wallet.id = posted.wallet_id
            WHERE posted.kind = 'charge' AND posted.reference = 'email:' || email.id
        ) AS charge
        WHERE charge.amounts IS DISTINCT FROM nullif(email.charged, 0)::text
        """,
    ),
    Invariant(
        "charges-have-their-email",
        "A charge for an e-mail names an e-mail, or the tombstone of a deleted one.",
        """
        SELECT format('transaction %s: charged for %s', posted.id, posted.reference) AS detail
        FROM ledger_transactions AS posted
        WHERE posted.kind = 'charge' AND posted.reference LIKE 'email:%'
          AND NOT EXISTS (SELECT FROM emails WHERE 'email:' || id = posted.reference)
          AND NOT EXISTS (SELECT FROM email_tombstones WHERE 'email:' || id = posted.reference)
        """,
    ),
    Invariant(
        "orders-have-their-coins",
        "What an order granted is one purchase, of its user's wallet; what it clawed back is its refunds.",
        """
        SELECT format('order %s (%s): granted %s and clawed back %s, credited %s and refunded %s', sold.id, sold.status,
                      sold.granted, sold.clawed_back, coalesce(bought.amounts, 'nothing'), coalesce(back.amount, 0))
            AS detail
        FROM orders AS sold
        LEFT JOIN (
            SELECT posted.reference, string_agg(posted.amount::text, ' ') AS amounts,
                   min(wallet.user_id) AS user_id
            FROM ledger_transactions AS posted JOIN wallets AS wallet ON wallet.id = posted.wallet_id
            WHERE posted.kind = 'purchase' GROUP BY posted.reference
        ) AS bought ON bought.reference = 'order:' || sold.id
        LEFT JOIN (
            SELECT split_part(reference, ':', 2) AS id, -sum(amount) AS amount
            FROM ledger_transactions WHERE kind = 'refund' AND reference LIKE 'refund:%:%' GROUP BY 1
        ) AS back ON back.id = sold.id::text
        WHERE bought.amounts IS DISTINCT FROM nullif(sold.granted, 0)::text
           OR (sold.granted > 0 AND bought.user_id IS DISTINCT FROM sold.user_id)
           OR (sold.user_id IS NOT NULL AND coalesce(back.amount, 0) <> sold.clawed_back)
        """,
    ),
)


async def try_lock_checking(tx: Transaction) -> bool:
    """Whether nobody else is checking; if so, nobody else will until this transaction ends."""
    return bool(await tx.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": CHECKING_LOCK}))


async def find_breaches(tx: Transaction, invariant: Invariant, *, sweep_seconds: float) -> list[str]:
    """What breaks it, `DETAILS_MAX` at most."""
    statement = text(f"{invariant.breaches} LIMIT {DETAILS_MAX}")
    parameters: dict[str, float] = {}
    if ":sweep_seconds" in invariant.breaches:
        statement = statement.bindparams(bindparam("sweep_seconds", type_=Double))
        parameters["sweep_seconds"] = sweep_seconds
    return [row.detail for row in await tx.rows(statement, parameters)]
