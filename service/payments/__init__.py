"""Payments: how coins come in for money.

Owns `orders` and `payment_events`. An order is written before the provider hears of it, with the coins and the price
of our own package table; what the provider later says about it comes as signed events, each kept once in the inbox
(`payment_events`, unique by provider and event id) and applied in the same transaction as the coins it moves.

Invariants: an order's coins are bought once, whatever the number and the order of deliveries; its state only moves
forward (created, then failed or expired, then paid, then refunded: money that arrives after a failed try is money);
a payment belongs to one order; what is refunded or disputed is clawed back in proportion, each unit of money once.
No event is lost: what names no order we know, or comes before its time, is parked and applied when the order appears
(`overture payments parked` lists and applies); what is not the order's (amount, currency, mode, account) moves
nothing and is flagged for a person.

Of an event only what is read is kept (ids, amounts, times): no name and no address of a payer is ever stored here. An
account's erasure takes the person out of the orders; the orders stay, for the books.

Locks: the inbox row, then the keys an event is known by, then the order, then the wallet.

An order that nobody paid within a day is `expired`, whatever its provider says of it: Razorpay's live for ever. Money
that comes later is money all the same. The inbox is never purged: it is how a repeat is known, and of no person.

Entry points: `operations` (create, find, receive, parked, apply_again; EXPORTS, INVARIANTS, erase), `routes.routes`,
`tasks.expire_unpaid_orders`.

model      orders, states, what an event says in our words
decision   what an event means for an order, pure
stripe_events, razorpay_events    the providers' documents, read into our words, pure
"""
