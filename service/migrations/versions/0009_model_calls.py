"""What each call of a language model took, beside the sums: a json list in the generation's one usage row."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("ALTER TABLE usage_rows ADD COLUMN calls json NOT NULL DEFAULT '[]'")
