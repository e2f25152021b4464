"""Credits: a double-entry ledger in coins, with two-phase transfers.

Owns `wallets`, `holds`, `ledger_transactions`, `ledger_entries`, `packages`, `package_prices`. A wallet is not a
person: it outlives the account it was opened for (`wallets.user_id` turns null), so that the books still balance after
a deletion. Nothing in the ledger names a person: references are ids.

A wallet has three accounts, *available*, *held* and *debt*. Every movement is one ledger transaction whose entries,
over these and one account of the house (issuance, sales, revenue, refunds), sum to zero. The three sums on the wallet
are a projection; `custody` recomputes them from the entries.

    reserve   available -> held       the hold is open until its expiry
    charge    held -> revenue         up to the held amount; the rest goes back to available in the same transaction
    release   held -> available       nothing was spent
    expire    held -> available       the same, done by the sweeper
    grant     issuance -> available   also purchase, from sales
    refund    available -> refunds    what is no longer there becomes a debt; what a hold keeps is not touched. One that
                                      should not have been is reversed: a refund of the other sign

What goes to available pays a debt first, wherever it comes from: a hold could otherwise hide coins from a refund.

Invariants: available, held and debt are never negative, under any concurrency, and nothing is available beside a debt;
a hold is settled once, as a charge or a release or an expiry; a grant, purchase or refund of one reference happens
once; nothing is ever updated or deleted in the ledger itself.

Locks: always the wallet first, then its holds. A unit of work therefore never waits for a second lock of one wallet,
and must not touch two wallets; the sweeper, which does, never waits (SKIP LOCKED).

Entry points: `operations` (reserve, charge, release, grant, purchase, refund, find_package, set_package,
sweep_expired_holds; EXPORTS, INVARIANTS, erase), `routes.routes`; `overture packages` sets what is sold.
"""
