"""The invariants, as SQL over the tables of every slice: the one room that reads across them, and only reads.

A statement may use `:sweep_seconds`, how long a sweeper may take to come round.
"""

from sqlalchemy import Double, bindparam, text

from service.custody.model import Invariant
from service.kernel.database import Transaction

# Enough to see what is wrong; a broken ledger must not fill the log.
DETAILS_MAX = 20

INVARIANTS = (
    Invariant(
        "ledger-transactions-sum-to-zero",
        "The entries of every ledger transaction sum to zero, and there are at least two.",
        """
        SELECT format('transaction %s: %s entries, sum %s',
                      posted.id, count(entry.amount), coalesce(sum(entry.amount), 0))
            AS detail
        FROM ledger_transactions AS posted
        LEFT JOIN ledger_entries AS entry ON (entry.wallet_id, entry.transaction_id) = (posted.wallet_id, posted.id)
        GROUP BY posted.wallet_id, posted.id
        HAVING count(entry.amount) < 2 OR sum(entry.amount) <> 0
        """,
    ),
    Invariant(
        "wallets-equal-their-entries",
        "A wallet's available, held and debt are the sums of its entries.",
        """
        SELECT format('wallet %s: available %s held %s debt %s, by its entries %s and %s and %s',
                      wallet.id, wallet.available, wallet.held, wallet.debt,
                      entries.available, entries.held, entries.debt) AS detail
        FROM wallets AS wallet
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE account = 'available'), 0) AS available,
                   coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
                   coalesce(-sum(amount) FILTER (WHERE account = 'debt'), 0) AS debt
            FROM ledger_entries WHERE wallet_id = wallet.id
        ) AS entries
        WHERE (wallet.available, wallet.held, wallet.debt) <> (entries.available, entries.held, entries.debt)
        """,
    ),
    Invariant(
        "statements-add-up",
        "What each ledger transaction says was available, held and owed after it is the sum of all entries up to it.",
        """
        SELECT format('transaction %s: says %s and %s and %s, by its entries %s and %s and %s', line.id,
                      line.available_after, line.held_after, line.debt_after, line.available, line.held, line.debt)
            AS detail
        FROM (
            SELECT posted.id, posted.available_after, posted.held_after, posted.debt_after,
                   sum(coalesce(available.amount, 0)) OVER so_far AS available,
                   sum(coalesce(held.amount, 0)) OVER so_far AS held,
                   -sum(coalesce(debt.amount, 0)) OVER so_far AS debt
            FROM ledger_transactions AS posted
            LEFT JOIN ledger_entries AS available
                ON (available.wallet_id, available.transaction_id) = (posted.wallet_id, posted.id)
                AND available.account = 'available'
            LEFT JOIN ledger_entries AS held
                ON (held.wallet_id, held.transaction_id) = (posted.wallet_id, posted.id) AND held.account = 'held'
            LEFT JOIN ledger_entries AS debt
                ON (debt.wallet_id, debt.transaction_id) = (posted.wallet_id, posted.id) AND debt.account = 'debt'
            WINDOW so_far AS (PARTITION BY posted.wallet_id ORDER BY posted.id)
        ) AS line
        WHERE (line.available_after, line.held_after, line.debt_after) <> (line.available, line.held, line.debt)
        """,
    ),
    Invariant(
        "held-is-the-open-holds",
        "What a wallet holds back is the sum of its open holds.",
        """
        SELECT format('wallet %s: held %s, open holds %s', wallet.id, wallet.held, open.amount) AS detail
        FROM wallets AS wallet
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount), 0) AS amount FROM holds WHERE wallet_id = wallet.id AND state = 'open'
        ) AS open
        WHERE wallet.held <> open.amount
        """,
    ),
    Invariant(
        "nothing-is-negative",
        "No wallet and no hold is below zero.",
        """
        SELECT format('wallet %s: available %s, held %s, debt %s', id, available, held, debt) AS detail
        FROM wallets WHERE available < 0 OR held < 0 OR debt < 0
        UNION ALL
        SELECT format('hold %s: %s', id, amount) FROM holds WHERE amount < 0
        """,
    ),
    Invariant(
        "debts-are-paid-first",
        "Nothing is available in a wallet that owes coins.",
        """
        SELECT format('wallet %s: available %s beside a debt of %s', id, available, debt) AS detail
        FROM wallets WHERE available > 0 AND debt > 0
        """,
    ),
    Invariant(
        "movements-are-what-they-say",
        "A grant or a purchase brings as much as the house gives for it, and a refund takes what the house takes back.",
        """
        SELECT format('transaction %s: %s of %s, from the house %s', posted.id, posted.kind, posted.amount,
                      coalesce(house.amount, 0)) AS detail
        FROM ledger_transactions AS posted
        LEFT JOIN ledger_entries AS house
            ON (house.wallet_id, house.transaction_id) = (posted.wallet_id, posted.id)
            AND house.account = CASE posted.kind
                WHEN 'grant' THEN 'issuance' WHEN 'purchase' THEN 'sales' WHEN 'refund' THEN 'refunds'
                WHEN 'charge' THEN 'revenue' END
        WHERE posted.kind IN ('grant', 'purchase', 'refund', 'charge')
          AND house.amount IS DISTINCT FROM -posted.amount
        """,
    ),
    Invariant(
        "holds-are-reserved-and-settled-once",
        "A hold has one reservation, and one settlement (charge, release, expiry) that is its state; open, none.",
        """
        SELECT format('hold %s (%s): %s reservations of %s, settled by %s',
                      hold.id, hold.state, posted.reservations, hold.amount, coalesce(posted.settlements, 'nothing'))
            AS detail
        FROM holds AS hold
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE kind = 'reserve' AND amount = -hold.amount) AS reservations,
                   string_agg(kind, ' ') FILTER (WHERE kind <> 'reserve') AS settlements
            FROM ledger_transactions WHERE hold_id = hold.id
        ) AS posted
        WHERE hold.amount > 0 AND (
            posted.reservations <> 1
            OR posted.settlements IS DISTINCT FROM CASE hold.state
                WHEN 'charged' THEN 'charge' WHEN 'released' THEN 'release' WHEN 'expired' THEN 'expire' END
        )
        """,
    ),
    Invariant(
        "charges-are-within-their-holds",
        "No charge is of more than its hold.",
        """
        SELECT format('transaction %s: charged %s of a hold of %s', posted.id, -posted.amount, hold.amount) AS detail
        FROM ledger_transactions AS posted JOIN holds AS hold ON hold.id = posted.hold_id
        WHERE posted.kind = 'charge' AND -posted.amount > hold.amount
        """,
    ),
    Invariant(
        "operations-are-charged-once",
        "One operation has at most one hold, and so one charge.",
        """
        SELECT format('operation %s of wallet %s: %s holds', operation, wallet_id, count(*)) AS detail
        FROM holds GROUP BY wallet_id, operation HAVING count(*) > 1
        """,
    ),
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
        "holds-end-with-their-time",
        "No open hold outlives its expiry by more than the sweep period.",
        """
        SELECT format('hold %s: open, expired %s', id, expires_at) AS detail
        FROM holds
        WHERE state = 'open' AND expires_at < (SELECT clock_timestamp() - make_interval(secs => :sweep_seconds))
        """,
    ),
    Invariant(
        "payments-are-credited-once",
        "One purchase is credited once, to one wallet.",
        """
        SELECT format('%s: credited %s times', reference, count(*)) AS detail
        FROM ledger_transactions WHERE kind = 'purchase' GROUP BY reference HAVING count(*) > 1
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
    Invariant(
        "orders-are-paid-by-one-payment-each",
        "A payment of a provider's pays one order, and an event of a provider's is kept once.",
        """
        SELECT format('payment %s of %s: %s orders', payment_id, provider, count(*)) AS detail
        FROM orders WHERE payment_id IS NOT NULL GROUP BY provider, payment_id HAVING count(*) > 1
        UNION ALL
        SELECT format('event %s of %s: kept %s times', event_id, provider, count(*))
        FROM payment_events GROUP BY provider, event_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "idempotency-keys-have-one-answer",
        "A key that was answered has the whole answer, of a success; one key has one row.",
        """
        SELECT format('a key of %s %s, claim %s: status %s', method, path, claim_id, status) AS detail
        FROM idempotency_keys
        WHERE status IS NOT NULL AND (status NOT BETWEEN 200 AND 299 OR num_nulls(media_type, headers, answer) > 0)
        UNION ALL
        SELECT format('%s rows of one key of %s %s', count(*), method, path)
        FROM idempotency_keys GROUP BY user_id, method, path, key HAVING count(*) > 1
        """,
    ),
    Invariant(
        "leads-are-where-their-history-ends",
        "A lead's status is the last one of its history.",
        # All backwards, as one index has them: no sort.
        """
        SELECT format('lead %s: status %s, its history ends with %s', job.id, job.status_id,
                      coalesce(told.status_id::text, 'nothing')) AS detail
        FROM jobs AS job
        LEFT JOIN (
            SELECT DISTINCT ON (tenant_id, lead_id) tenant_id, lead_id, status_id
            FROM lead_events WHERE kind = 'status' ORDER BY tenant_id DESC, lead_id DESC, id DESC
        ) AS told ON (told.tenant_id, told.lead_id) = (job.tenant_id, job.id)
        WHERE told.status_id IS DISTINCT FROM job.status_id
        """,
    ),
    Invariant(
        "histories-have-no-gap",
        "Each change of a lead's status begins where the one before ended, and the first of them with none.",
        """
        SELECT format('lead %s: entry %s begins with %s, the one before ended with %s', lead_id, id,
                      coalesce(from_status_id::text, 'nothing'), coalesce(before::text, 'nothing')) AS detail
        FROM (
            SELECT id, lead_id, from_status_id,
                   lag(status_id) OVER (PARTITION BY tenant_id, lead_id ORDER BY id) AS before
            FROM lead_events WHERE kind = 'status'
        ) AS entry
        WHERE from_status_id IS DISTINCT FROM before
        """,
    ),
)


# One number for all processes of this database: whoever holds it is checking.
CHECKING_LOCK = 0x0C_05_70_D1


async def is_ours_to_check(tx: Transaction) -> bool:
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
