"""Wallets, holds and the ledger.

Whoever acts for a user may read and add to the ledger of that user's wallet; nobody changes or removes what is
written there. Rows of the ledger name a wallet, never a person: a deleted account leaves them, unlinked.
"""

from alembic import op

from service.migrations.wall import allow

revision = "0003"
down_revision = "0002"

WALLETS = """
    CREATE TABLE wallets (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id text UNIQUE REFERENCES users (id) ON DELETE SET NULL,
        available bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
        held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK (available + held <= 9007199254740991)
    )
"""

HOLDS = """
    CREATE TABLE holds (
        id uuid PRIMARY KEY,
        wallet_id bigint NOT NULL REFERENCES wallets (id),
        operation uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount >= 0),
        state text NOT NULL CHECK (state IN ('open', 'charged', 'released', 'expired')),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL,
        settled_at timestamptz,
        CHECK ((state = 'open') = (settled_at IS NULL)),
        UNIQUE (wallet_id, operation)
    )
"""

HOLDS_DUE = """
    CREATE INDEX holds_due ON holds (expires_at) WHERE state = 'open'
"""

LEDGER_TRANSACTIONS = """
    CREATE TABLE ledger_transactions (
        id bigint GENERATED ALWAYS AS IDENTITY,
        wallet_id bigint NOT NULL REFERENCES wallets (id),
        kind text NOT NULL
            CHECK (kind IN ('grant', 'purchase', 'reserve', 'charge', 'release', 'refund', 'expire')),
        hold_id uuid REFERENCES holds (id),
        amount bigint NOT NULL,
        available_after bigint NOT NULL CHECK (available_after >= 0),
        held_after bigint NOT NULL CHECK (held_after >= 0),
        reference text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (wallet_id, id),
        CHECK ((kind IN ('reserve', 'charge', 'release', 'expire')) = (hold_id IS NOT NULL)),
        CHECK ((amount > 0) = (kind IN ('grant', 'purchase', 'release', 'expire')) AND amount <> 0)
    )
"""

# One reservation and one settlement of a hold, whatever the code above does.
ONCE_PER_HOLD = """
    CREATE UNIQUE INDEX ledger_transactions_once_per_hold
        ON ledger_transactions (hold_id, (kind = 'reserve')) WHERE hold_id IS NOT NULL
"""

# One grant, purchase or refund of a reference.
ONCE_PER_REFERENCE = """
    CREATE UNIQUE INDEX ledger_transactions_once_per_reference
        ON ledger_transactions (wallet_id, kind, reference) WHERE hold_id IS NULL
"""

CHARGES = """
    CREATE INDEX ledger_transactions_charges ON ledger_transactions (reference) WHERE kind = 'charge'
"""

LEDGER_ENTRIES = """
    CREATE TABLE ledger_entries (
        wallet_id bigint NOT NULL,
        transaction_id bigint NOT NULL,
        account text NOT NULL
            CHECK (account IN ('available', 'held', 'issuance', 'sales', 'revenue', 'refunds')),
        amount bigint NOT NULL CHECK (amount <> 0),
        PRIMARY KEY (wallet_id, transaction_id, account),
        FOREIGN KEY (wallet_id, transaction_id) REFERENCES ledger_transactions (wallet_id, id)
    )
"""

MY_WALLET = "user_id = (SELECT nullif(current_setting('overture.user', true), ''))"

# The rows of that wallet, looked up once per statement; a wallet without a person is nobody's.
MINE = """
    wallet_id = (SELECT id FROM wallets WHERE user_id = (SELECT nullif(current_setting('overture.user', true), '')))
"""


def upgrade() -> None:
    for statement in (
        WALLETS,
        HOLDS,
        HOLDS_DUE,
        LEDGER_TRANSACTIONS,
        ONCE_PER_HOLD,
        ONCE_PER_REFERENCE,
        CHARGES,
        LEDGER_ENTRIES,
    ):
        op.execute(statement)
    allow("wallets", "SELECT, INSERT, UPDATE", where=MY_WALLET)
    allow("holds", "SELECT, INSERT, UPDATE", where=MINE)
    allow("ledger_transactions", "SELECT, INSERT", where=MINE)
    allow("ledger_entries", "SELECT, INSERT", where=MINE)
