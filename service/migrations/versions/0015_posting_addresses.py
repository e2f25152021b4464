"""Postings are known by the digest of their address: what stands in its query may be somebody's own."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for statement in (
        "ALTER TABLE postings ADD COLUMN url_hash bytea CHECK (length(url_hash) = 32)",
        "UPDATE postings SET url_hash = sha256(convert_to(url, 'UTF8')), context = context - 'url'",
        "ALTER TABLE postings DROP COLUMN url, ADD PRIMARY KEY (url_hash)",
    ):
        op.execute(statement)
