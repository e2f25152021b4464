"""What an order was really paid with, each dispute by itself, and what operators decide about events.

A refund can be reversed (a dispute was won), so a refund's line in the ledger may have either sign. Razorpay's event
ids are signed by nobody: an event is known by the digest of its body as well.
"""

from alembic import op

from service.migrations.wall import guard

revision = "0014"
down_revision = "0013"

# Dropping `disputed` drops the CHECK that an unpaid order has nothing taken back, which names it. The disputes of
# before are one: their ids were not kept.
ORDERS = """
    ALTER TABLE orders
        ADD COLUMN paid_amount bigint CHECK (paid_amount BETWEEN 0 AND 9007199254740991),
        ADD COLUMN paid_currency text CHECK (paid_currency ~ '^[A-Z]{3}$'),
        ADD COLUMN failed_refunds jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN disputes jsonb NOT NULL DEFAULT '{}'
"""
DISPUTES = """
    UPDATE orders SET disputes = jsonb_build_object('unknown', jsonb_build_object('amount', disputed, 'is_won', false))
    WHERE disputed > 0
"""
NO_DISPUTED = """
    ALTER TABLE orders
        DROP COLUMN disputed,
        ADD CHECK (status IN ('paid', 'refunded') OR (granted + refunded = 0 AND disputes = '{}'))
"""

EVENT_TYPES = """
    ALTER TABLE payment_events RENAME COLUMN kind TO type
"""
EVENT_KINDS = """
    ALTER TABLE payment_events RENAME COLUMN happening TO kind
"""
UNCHECKED = """
    ALTER TABLE payment_events
        DROP CONSTRAINT payment_events_happening_check,
        DROP CONSTRAINT payment_events_outcome_check,
        DROP CONSTRAINT payment_events_provider_event_id_key,
        ADD COLUMN digest text NOT NULL DEFAULT '',
        ADD COLUMN subject_id text,
        ADD COLUMN paid_amount bigint,
        ADD COLUMN paid_currency text
"""
RENAMED = """
    UPDATE payment_events SET kind = CASE kind WHEN 'nothing' THEN 'no_effect' ELSE 'for_review' END
    WHERE kind IN ('nothing', 'strange')
"""
CHECKED = """
    ALTER TABLE payment_events
        ADD CONSTRAINT payment_events_kind_check CHECK (kind IN (
            'paid', 'failed', 'expired', 'refunded', 'refund_failed', 'disputed', 'dispute_lost', 'dispute_won',
            'no_effect', 'for_review'
        )),
        ADD CONSTRAINT payment_events_outcome_check
            CHECK (outcome IN ('applied', 'ignored', 'flagged', 'parked', 'unmatched', 'dismissed')),
        ADD CONSTRAINT payment_events_provider_event_id_digest_key UNIQUE (provider, event_id, digest)
"""
# What waits and names no order of ours is of another application, or comes before we know its order: nobody's business.
UNMATCHED = """
    UPDATE payment_events SET outcome = 'unmatched'
    WHERE outcome = 'parked' AND named_order IS NULL AND order_id IS NULL
"""

# How an order finds what waits for it, among all that other applications on the account have left there.
WAITING_BY_ORDER = """
    CREATE INDEX payment_events_waiting_by_order ON payment_events (provider, provider_order_id)
        WHERE outcome IN ('parked', 'unmatched')
"""
WAITING_BY_PAYMENT = """
    CREATE INDEX payment_events_waiting_by_payment ON payment_events (provider, payment_id)
        WHERE outcome IN ('parked', 'unmatched')
"""
WAITING_BY_NAME = """
    CREATE INDEX payment_events_waiting_by_name ON payment_events (provider, named_order)
        WHERE outcome IN ('parked', 'unmatched')
"""

REVIEWS = """
    CREATE TABLE payment_reviews (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE REFERENCES payment_events (id),
        decision text NOT NULL CHECK (decision IN ('accepted', 'dismissed')),
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
        coins bigint NOT NULL,
        reviewed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""

REFUNDS_EITHER_WAY = """
    ALTER TABLE ledger_transactions
        DROP CONSTRAINT ledger_transactions_check1,
        ADD CONSTRAINT ledger_transactions_sign CHECK (
            amount <> 0 AND (kind = 'refund' OR (amount > 0) = (kind IN ('grant', 'purchase', 'release', 'expire')))
        )
"""


def upgrade() -> None:
    for statement in (
        *(ORDERS, DISPUTES, NO_DISPUTED),
        *(EVENT_TYPES, EVENT_KINDS, UNCHECKED, RENAMED, CHECKED, UNMATCHED),
        *(WAITING_BY_ORDER, WAITING_BY_PAYMENT, WAITING_BY_NAME),
        *(REVIEWS, REFUNDS_EITHER_WAY),
    ):
        op.execute(statement)
    guard("payment_reviews", by="system")
