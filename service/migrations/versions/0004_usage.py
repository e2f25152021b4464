"""Usage: one row per generation, without text."""

from alembic import op

from service.migrations.wall import guard

revision = "0004"
down_revision = "0003"

USAGE_ROWS = """
    CREATE TABLE usage_rows (
        id uuid PRIMARY KEY,
        user_id text NOT NULL REFERENCES users (id),
        operation uuid NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('succeeded', 'failed', 'cancelled')),
        provider text NOT NULL,
        model text NOT NULL,
        input_tokens bigint NOT NULL CHECK (input_tokens >= 0),
        output_tokens bigint NOT NULL CHECK (output_tokens >= 0),
        cost numeric CHECK (cost >= 0),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (user_id, operation)
    )
"""


def upgrade() -> None:
    op.execute(USAGE_ROWS)
    guard("usage_rows", by="user")
