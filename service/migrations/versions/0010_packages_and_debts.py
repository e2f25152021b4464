"""What coins are sold in, and what a wallet owes when a refund finds less than it takes back.

A debt is an account of the wallet beside available and held: entries move into it, `wallets.debt` is its projection.
Packages are reference data: whoever acts for a user reads them, `overture packages` writes them as the owner.
"""

from alembic import op

from service.migrations.wall import allow

revision = "0010"
down_revision = "0009"

PACKAGES = """
    CREATE TABLE packages (
        id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
        coins bigint NOT NULL CHECK (coins BETWEEN 1 AND 9007199254740991),
        is_active boolean NOT NULL DEFAULT true
    )
"""

PACKAGE_PRICES = """
    CREATE TABLE package_prices (
        package_id text NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
        PRIMARY KEY (package_id, currency)
    )
"""

SEEDED_PACKAGES = """
    INSERT INTO packages (id, name, coins) VALUES
        ('starter', 'Starter', 25),
        ('plus', 'Plus', 100),
        ('pro', 'Pro', 500)
"""

# In the minor unit of the currency: cents, pence, paise.
SEEDED_PRICES = """
    INSERT INTO package_prices (package_id, currency, amount) VALUES
        ('starter', 'USD', 499), ('starter', 'EUR', 499), ('starter', 'GBP', 429), ('starter', 'INR', 39900),
        ('plus', 'USD', 1499), ('plus', 'EUR', 1499), ('plus', 'GBP', 1299), ('plus', 'INR', 119900),
        ('pro', 'USD', 4999), ('pro', 'EUR', 4999), ('pro', 'GBP', 4299), ('pro', 'INR', 399900)
"""

# Whatever comes to a wallet in debt pays the debt first, so nothing is ever available beside one.
WALLET_DEBT = """
    ALTER TABLE wallets
        ADD COLUMN debt bigint NOT NULL DEFAULT 0 CHECK (debt BETWEEN 0 AND 9007199254740991),
        ADD CONSTRAINT wallets_debt_is_paid_first CHECK (debt = 0 OR available = 0)
"""

DEBT_AFTER = """
    ALTER TABLE ledger_transactions ADD COLUMN debt_after bigint NOT NULL DEFAULT 0 CHECK (debt_after >= 0)
"""

DEBT_ACCOUNT = """
    ALTER TABLE ledger_entries
        DROP CONSTRAINT ledger_entries_account_check,
        ADD CONSTRAINT ledger_entries_account_check
            CHECK (account IN ('available', 'held', 'debt', 'issuance', 'sales', 'revenue', 'refunds'))
"""


def upgrade() -> None:
    for statement in (
        PACKAGES,
        PACKAGE_PRICES,
        SEEDED_PACKAGES,
        SEEDED_PRICES,
        WALLET_DEBT,
        DEBT_AFTER,
        DEBT_ACCOUNT,
    ):
        op.execute(statement)
    allow("packages", "SELECT", where="true")
    allow("package_prices", "SELECT", where="true")
