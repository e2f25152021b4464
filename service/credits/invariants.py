"""What must hold in the ledger, always: SQL for what breaks it. A statement may use `:sweep_seconds`, how long a
sweeper may take to come round."""

from service.kernel.database import Invariant

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
        "A grant or a purchase brings as much as the house gives for it, a refund takes what the house takes back.",
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
)
