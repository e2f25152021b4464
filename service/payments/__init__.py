"""Payments: how coins come in for money.

Owns `orders`, `payment_events` and `payment_reviews`. An order is written before the provider hears of it, with the
coins and the price of our own package table; what the provider later says about it comes as signed events, each kept
once in the inbox (`payment_events`) and applied in the same transaction as the coins it moves.

Invariants: an order's coins are bought once, whatever the number and the order of deliveries; its state only moves
forward (created, then failed or expired, then paid, then refunded), but for a refund that is undone; a payment belongs
to one order; what is refunded or disputed is taken back in proportion, each unit of money once, and what a won dispute
took is given back. No event is lost: one that comes before its time is parked and applied when that has come; one that
contradicts its order (amount, currency, mode, account) moves nothing and is flagged for a person; one that names no
order of ours is another application's, and is applied only if an order with its ids appears. `overture payments` lists
what is flagged and parked; an operator accepts or dismisses it, and each such decision is a row of `payment_reviews`.

Of an event only what is read is kept (ids, amounts, times): no name and no address of a payer is ever stored here. An
account's erasure takes the person out of the orders; the orders stay, for the books.

Locks: the inbox row, then the keys an event is known by, then the order, then the wallet.

An order that nobody paid within a day is `expired`, whatever its provider says of it: Razorpay's live for ever. Money
that comes later is money all the same. The inbox is never purged: it is how a repeat is known, and of no person.

Entry points: `operations`, `routes.routes`; for operators `store.list_events` and `store.count_open_events`.

model              orders, states, what an event says in our words
transitions        what an event means for an order, pure
provider_events    the providers' documents, read into our words, pure
"""
