"""Résumés. `json` rather than `jsonb`: a document comes back as it was given, its fields in its own order."""

from alembic import op

from service.migrations.wall import guard

revision = "0006"
down_revision = "0005"

RESUMES = """
    CREATE TABLE resumes (
        id uuid PRIMARY KEY,
        user_id text NOT NULL REFERENCES users (id),
        name text,
        label text,
        document json NOT NULL,
        created_at timestamptz NOT NULL
    )
"""

NEWEST_FIRST = """
    CREATE INDEX resumes_newest_first ON resumes (user_id, created_at DESC, id DESC)
"""


def upgrade() -> None:
    op.execute(RESUMES)
    op.execute(NEWEST_FIRST)
    guard("resumes", by="user")
