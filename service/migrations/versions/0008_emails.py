"""E-mails, and what remains of deleted ones.

A tombstone names no person: it outlives the account, so that each charge in the ledger finds what it paid for. Values
that are only ever read whole are `json`, which keeps them as written (`jsonb` would refuse some texts of the world).
"""

from alembic import op

from service.migrations.wall import allow, guard

revision = "0008"
down_revision = "0007"

EMAILS = """
    CREATE TABLE emails (
        id uuid PRIMARY KEY,
        user_id text NOT NULL REFERENCES users (id),
        status text NOT NULL
            CHECK (status IN ('draft', 'queued', 'sending', 'sent', 'failed', 'suppressed')),
        subject text NOT NULL,
        body text NOT NULL,
        language text NOT NULL,
        recruiter_name text NOT NULL,
        recruiter_email text NOT NULL,
        recruiter_title text NOT NULL,
        recruiter_company text NOT NULL,
        job_context json,
        evidence json NOT NULL,
        missing json NOT NULL,
        warnings json NOT NULL,
        writer_usage json NOT NULL,
        timings json NOT NULL,
        charged bigint NOT NULL CHECK (charged >= 0),
        available_after bigint NOT NULL CHECK (available_after >= 0),
        previous_id uuid,
        inputs json NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
"""

NEWEST_FIRST = """
    CREATE INDEX emails_newest_first ON emails (user_id, created_at DESC, id DESC)
"""

TOMBSTONES = """
    CREATE TABLE email_tombstones (
        id uuid PRIMARY KEY,
        deleted_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""


def upgrade() -> None:
    for statement in (EMAILS, NEWEST_FIRST, TOMBSTONES):
        op.execute(statement)
    guard("emails", by="user")
    allow("email_tombstones", "INSERT", where="true")
