"""People, and the record of who was welcomed.

Both tables have policies of their own: `users` is keyed by the user itself, and `welcomes` by a digest of the user's
id, so that it says nothing of a person who is gone. Whoever acts for a user can neither remove nor change a welcome.
"""

from alembic import op

from service.migrations.wall import allow, guard

revision = "0002"
down_revision = "0001"

USERS = """
    CREATE TABLE users (
        id text PRIMARY KEY,
        email text NOT NULL,
        display_name text,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""

WELCOMES = """
    CREATE TABLE welcomes (
        user_digest text PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""

# The digest of `accounts.model.welcome_digest`, spelled in SQL.
MY_DIGEST = """
    encode(sha256(convert_to(
        'overture welcome:' || (SELECT nullif(current_setting('overture.user', true), '')), 'UTF8'
    )), 'hex')
"""


def upgrade() -> None:
    op.execute(USERS)
    op.execute(WELCOMES)
    guard("users", by="user", column="id")
    allow("welcomes", "SELECT, INSERT", where=f"user_digest = {MY_DIGEST}")
