"""Orders, and the inbox of what payment providers say about them.

An order outlives the account it was made for (`user_id` turns null): the books need it, and what is refunded later
finds it. The inbox is nobody's: only webhooks, sweepers and the operator see it.
"""

from alembic import op

from service.migrations.wall import allow, guard

revision = "0011"
down_revision = "0010"

ORDERS = """
    CREATE TABLE orders (
        id uuid PRIMARY KEY,
        user_id text REFERENCES users (id) ON DELETE SET NULL,
        provider text NOT NULL CHECK (provider IN ('stripe', 'razorpay')),
        provider_order_id text,
        payment_id text,
        status text NOT NULL CHECK (status IN ('created', 'paid', 'failed', 'refunded', 'expired')),
        package_id text NOT NULL,
        coins bigint NOT NULL CHECK (coins BETWEEN 1 AND 9007199254740991),
        amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        is_live boolean NOT NULL,
        refunded bigint NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount),
        disputed bigint NOT NULL DEFAULT 0 CHECK (disputed BETWEEN 0 AND amount),
        granted bigint NOT NULL DEFAULT 0 CHECK (granted IN (0, coins)),
        clawed_back bigint NOT NULL DEFAULT 0 CHECK (clawed_back BETWEEN 0 AND granted),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (provider, provider_order_id),
        UNIQUE (provider, payment_id),
        CHECK ((status IN ('paid', 'refunded')) = (payment_id IS NOT NULL)),
        CHECK (status IN ('paid', 'refunded') OR granted + refunded + disputed = 0)
    )
"""

ORDERS_OF_A_USER = """
    CREATE INDEX orders_of_a_user ON orders (user_id, created_at DESC)
"""

PAYMENT_EVENTS = """
    CREATE TABLE payment_events (
        id uuid PRIMARY KEY,
        provider text NOT NULL CHECK (provider IN ('stripe', 'razorpay')),
        event_id text NOT NULL,
        kind text NOT NULL,
        happening text NOT NULL
            CHECK (happening IN ('paid', 'failed', 'expired', 'refunded', 'disputed', 'nothing', 'strange')),
        occurred_at timestamptz,
        named_order uuid,
        provider_order_id text,
        payment_id text,
        amount bigint,
        currency text,
        is_live boolean,
        account text,
        note text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('applied', 'ignored', 'flagged', 'parked')),
        reason text NOT NULL,
        order_id uuid REFERENCES orders (id),
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (provider, event_id)
    )
"""

# What waits, or waits for a person: few among very many.
OPEN_EVENTS = """
    CREATE INDEX payment_events_open ON payment_events (provider, received_at)
        WHERE outcome IN ('parked', 'flagged')
"""

MY_ORDERS = "user_id = (SELECT nullif(current_setting('overture.user', true), ''))"


def upgrade() -> None:
    for statement in (ORDERS, ORDERS_OF_A_USER, PAYMENT_EVENTS, OPEN_EVENTS):
        op.execute(statement)
    allow("orders", "SELECT, INSERT", where=MY_ORDERS)
    guard("payment_events", by="system")
