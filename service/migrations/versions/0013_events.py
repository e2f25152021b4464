"""Events, in the order in which their transactions can be read without missing one.

No foreign key to `users`: it would lock the user's row after the wallet, and a deletion locks them the other way
round. An event's cause has the key, or happens under the wallet's lock, which a deletion takes before it deletes the
events.
"""

from alembic import op

from service.migrations.wall import guard

revision = "0013"
down_revision = "0012"

# Listeners read one user's events from a place on. What is purged is found by the time, and rows lie in its order.
EVENTS = """
    CREATE TABLE events (
        user_id text        NOT NULL,
        xid     xid8        NOT NULL DEFAULT pg_current_xact_id(),
        id      bigint      GENERATED ALWAYS AS IDENTITY,
        type    text        NOT NULL,
        data    jsonb       NOT NULL,
        at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (user_id, xid, id)
    )
"""


def upgrade() -> None:
    op.execute(EVENTS)
    op.execute("CREATE INDEX events_by_time ON events USING brin (at) WITH (pages_per_range = 16)")
    guard("events", by="user")


def downgrade() -> None:
    op.execute("DROP TABLE events")
