"""What postings say, one row per canonical URL, shared by all users: a public page is the same for everyone."""

from alembic import op

from service.migrations.wall import guard

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE postings (
            url            text        PRIMARY KEY CHECK (length(url) BETWEEN 1 AND 2000),
            content_hash   bytea       NOT NULL CHECK (length(content_hash) = 32),
            reader_version integer     NOT NULL,
            context        jsonb       NOT NULL,
            text           text        NOT NULL,
            refreshed_at   timestamptz NOT NULL
        )
        """
    )
    guard("postings", by="everyone")


def downgrade() -> None:
    op.execute("DROP TABLE postings")
