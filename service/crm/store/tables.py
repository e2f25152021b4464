"""The tables of the CRM (migration 0012 makes them), the workspace that all rows belong to, and searching for a text.

`searched_...` are the views that a list reads from: the tenant's rows only, and open to the trigram index.
"""

import unicodedata

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Computed,
    DateTime,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId, person_of

# A plan that was made without knowing the word or the status is made for middling many hits: of rare ones it would walk
# through everybody's jobs, of common ones it would sort a hundred thousand. For this transaction only.
# And no plan reads the whole table, which holds everybody's: it looks cheap while there are few thousand rows.
PLAN_FOR_VALUES = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true)"
)

metadata = MetaData()

workspaces = Table(
    "workspaces",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("user_id", Text),
)

job_statuses = Table(
    "job_statuses",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("name", Text),
    Column("position", SmallInteger),
)


def _organizations(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("tenant_id", Text),
        Column("name", Text),
        Column("name_key", Text),
        Column("key_letters", Text, Computed("replace(name_key, ' ', '')")),
        Column("website", Text),
        Column("notes", Text),
        Column("search_text", Text, Computed("lower(name)")),
        Column("created_at", DateTime(timezone=True)),
        Column("updated_at", DateTime(timezone=True)),
    )


def _jobs(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("tenant_id", Text),
        Column("organization_id", BigInteger),
        Column("company", Text),
        Column("job_title", Text),
        Column("title_key", Text),
        Column("job_url", Text),
        Column("description", Text),
        Column("salary_range", Text),
        Column("notes", Text),
        Column("resume_date", DateTime(timezone=True)),
        Column("content_hash", LargeBinary),
        Column("url_hash", LargeBinary),
        Column("source", Text),
        Column("status_id", SmallInteger),
        Column("applied_at", DateTime(timezone=True)),
        Column("search_text", Text, Computed("lower(company || E'\\n' || job_title)")),
        Column("created_at", DateTime(timezone=True)),
        Column("updated_at", DateTime(timezone=True)),
    )


def _deals(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("tenant_id", Text),
        Column("lead_id", BigInteger),
        Column("name", Text),
        Column("status", Text),
        Column("notes", Text),
        Column("search_text", Text, Computed("lower(name)")),
        Column("created_at", DateTime(timezone=True)),
        Column("updated_at", DateTime(timezone=True)),
    )


organizations, searched_organizations = _organizations("organizations"), _organizations("searched_organizations")
jobs, searched_jobs = _jobs("jobs"), _jobs("searched_jobs")
deals, searched_deals = _deals("deals"), _deals("searched_deals")

lead_events = Table(
    "lead_events",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("tenant_id", Text),
    Column("lead_id", BigInteger),
    Column("kind", Text),
    Column("from_status_id", SmallInteger),
    Column("status_id", SmallInteger),
    Column("email_id", Uuid),
    Column("email_status", Text),
    Column("happened_at", DateTime(timezone=True)),
)

_HOLD = (
    select(workspaces.c.tenant_id)
    .where(workspaces.c.tenant_id == bindparam("tenant", type_=Text))
    .with_for_update(read=True, key_share=True)
)
# Of two keys: whoever is first may be seen at either.
_OPEN = insert(workspaces).on_conflict_do_nothing()


async def open_workspace(tx: Transaction, tenant: TenantId) -> None:
    """Make sure that there is one, and that it stays until the transaction ends: before anything else is locked, as
    whoever erases it does. That of a person alone names its user: where that one was deleted, nothing can be written
    any more (`UserGone`)."""
    if await tx.scalar(_HOLD, {"tenant": tenant}) is not None:
        return
    if not await tx.execute(_OPEN, {"tenant_id": tenant, "user_id": person_of(tenant)}):
        await tx.scalar(_HOLD, {"tenant": tenant})


async def search_condition(tx: Transaction, column: ColumnElement[str], search: str) -> ColumnElement[bool]:
    """That the column, which is in lower case, contains `search`; plans of this transaction are made for its values."""
    await tx.execute(PLAN_FOR_VALUES)
    return column.like(func.lower(like_pattern(search)))


def like_pattern(search: str) -> str:
    """The pattern of LIKE for a text that contains `search`, its wildcards literal; LIKE's own escape is a backslash.
    Accents are composed as they are in what is kept (`one_line`)."""
    search = unicodedata.normalize("NFC", search)
    for character in "\\%_":
        search = search.replace(character, f"\\{character}")
    return f"%{search}%"
