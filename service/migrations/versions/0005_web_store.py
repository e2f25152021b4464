"""Idempotency keys and the answers kept with them; the rows go with the account."""

from alembic import op

from service.migrations.wall import guard

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE idempotency_keys (
            user_id      text        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            method       text        NOT NULL,
            path         text        NOT NULL,
            key          text        NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
            claim_id     uuid        NOT NULL,
            body_hash    bytea       NOT NULL,
            leased_until timestamptz NOT NULL,
            expires_at   timestamptz NOT NULL,
            status       smallint,
            media_type   text,
            headers      bytea,
            answer       bytea,
            PRIMARY KEY (user_id, method, path, key),
            CHECK (num_nulls(status, media_type, headers, answer) IN (0, 4))
        )
        """
    )
    op.execute("CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at)")
    guard("idempotency_keys", by="user")


def downgrade() -> None:
    op.execute("DROP TABLE idempotency_keys")
