"""Statements about organizations; `put_organizations` is how jobs find theirs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Row,
    Text,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.crm.model import Direction, OrganizationId, OrganizationRef
from service.crm.organizations.model import Organization, OrganizationSort, PlacedOrganization
from service.crm.store.tables import jobs, organizations, search_condition, searched_organizations
from service.kernel.database import Transaction, read_page
from service.kernel.database.paging import Listed, Window
from service.kernel.identifiers import TenantId

_shown = (
    organizations.c.id,
    organizations.c.name,
    organizations.c.website,
    organizations.c.notes,
    organizations.c.created_at,
    organizations.c.updated_at,
)
_ref = (organizations.c.name_key, organizations.c.id, organizations.c.name)
_tenant = bindparam("tenant", type_=Text)
_keys, _names = bindparam("keys", type_=ARRAY(Text)), bindparam("names", type_=ARRAY(Text))

_EVERY = select(*_ref).where(organizations.c.tenant_id == _tenant, organizations.c.name_key == any_(_keys))
# Locked as a foreign key would, before the jobs are written: whoever gives a job another title, or moves it, holds the
# organization against this.
_FIND = _EVERY.with_for_update(read=True, key_share=True)
_FIND_FOR_MOVING = _EVERY.with_for_update()
_new = func.unnest(_keys, _names).table_valued("name_key", "name", name="new").render_derived()
_now = bindparam("now", type_=DateTime(timezone=True))
_MAKING = insert(organizations).from_select(
    ["tenant_id", "name", "name_key", "created_at", "updated_at"],
    select(_tenant, _new.c.name, _new.c.name_key, _now, _now),
)
# `DO NOTHING` would not return the row that another transaction was faster to insert.
_MAKE = _MAKING.on_conflict_do_update(
    index_elements=["tenant_id", "name_key"], set_={"updated_at": literal_column("organizations.updated_at")}
).returning(*_ref)


async def list_organizations(
    tx: Transaction, tenant: TenantId, *, search: str | None, sort: OrganizationSort, order: Direction, window: Window
) -> Listed[PlacedOrganization]:
    """`window.after` is what `PlacedOrganization` says of the row before: its key and its id."""
    view = searched_organizations.c
    conditions: list[ColumnElement[bool]] = [view.tenant_id == tenant]
    if search:
        conditions.append(await search_condition(tx, view.search_text, search))
    key = view.created_at if sort is OrganizationSort.DATE else func.lower(view.name)
    return await read_page(
        tx,
        select(searched_organizations, key.label("key")).where(*conditions),
        keys=(key, view.id),
        item=lambda row: PlacedOrganization(_organization(row), row.key),
        window=window,
        is_descending=order is Direction.DESC,
        counted_along=(view.created_at.desc(), view.id.desc()),
    )


async def find_organization(tx: Transaction, tenant: TenantId, organization: OrganizationId) -> Organization | None:
    row = await tx.row(select(*_shown).where(*_is_this(tenant, organization)))
    return None if row is None else _organization(row)


async def find_organization_named(tx: Transaction, tenant: TenantId, name_key: str) -> OrganizationId | None:
    return await tx.scalar(
        select(organizations.c.id).where(organizations.c.tenant_id == tenant, organizations.c.name_key == name_key)
    )


async def lock_organization(tx: Transaction, tenant: TenantId, organization: OrganizationId) -> tuple[str, str] | None:
    """Its name and key; nobody changes it, or adds a job to it, until the transaction ends."""
    row = await tx.row(
        select(organizations.c.name, organizations.c.name_key).where(*_is_this(tenant, organization)).with_for_update()
    )
    return None if row is None else (row.name, row.name_key)


async def find_job_count(tx: Transaction, tenant: TenantId, organization: OrganizationId, *, limit: int) -> int:
    """How many jobs there are at it, counted up to `limit`."""
    some = select(jobs.c.id).where(jobs.c.tenant_id == tenant, jobs.c.organization_id == organization).limit(limit)
    return await tx.scalar(select(func.count()).select_from(some.subquery("some")))


async def insert_organization(
    tx: Transaction, tenant: TenantId, values: Mapping[str, Any], *, name_key: str, now: datetime
) -> Organization | None:
    """None where the tenant has one of this key. The workspace is open."""
    row = await tx.row(
        insert(organizations)
        .values(tenant_id=tenant, name_key=name_key, created_at=now, updated_at=now, **values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "name_key"])
        .returning(*_shown)
    )
    return None if row is None else _organization(row)


async def reserve_name(tx: Transaction, tenant: TenantId, *, name_key: str, now: datetime) -> bool:
    """Hold the key for a rename in this transaction; False where the tenant has an organization of it.

    A row is written and removed again: whoever wants the key meanwhile waits at it until the transaction ends, and
    then meets the renamed one. (UPDATE knows no ON CONFLICT.)
    """
    values = {"tenant_id": tenant, "name": name_key, "name_key": name_key, "created_at": now, "updated_at": now}
    row = await tx.scalar(
        insert(organizations)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "name_key"])
        .returning(organizations.c.id)
    )
    if row is None:
        return False
    await tx.execute(delete(organizations).where(*_is_this(tenant, row)))
    return True


async def update_organization(
    tx: Transaction, tenant: TenantId, organization: OrganizationId, values: Mapping[str, Any]
) -> Organization | None:
    """Set these columns. A new name goes to its jobs with it, by the foreign key."""
    row = await tx.row(update(organizations).where(*_is_this(tenant, organization)).values(**values).returning(*_shown))
    return None if row is None else _organization(row)


async def delete_organization(tx: Transaction, tenant: TenantId, organization: OrganizationId) -> bool:
    """One that is locked and has no jobs; False where there is none."""
    return bool(await tx.execute(delete(organizations).where(*_is_this(tenant, organization))))


def _is_this(tenant: TenantId, organization: OrganizationId) -> tuple[ColumnElement[bool], ...]:
    return organizations.c.tenant_id == tenant, organizations.c.id == organization


def _organization(row: Row[Any]) -> Organization:
    return Organization(OrganizationId(row.id), row.name, row.website, row.notes, row.created_at, row.updated_at)


async def put_organizations(
    tx: Transaction, tenant: TenantId, names: Mapping[str, str], *, now: datetime, is_for_moving: bool = False
) -> dict[str, OrganizationRef]:
    """The organization of each `name_key`, made under the name beside it where there is none. The workspace is open.

    With `is_for_moving`, nobody else adds a job to them, or moves one, until the transaction ends. In the order of the
    keys, so that two who make the same ones wait for each other instead of blocking each other.
    """
    finding = _FIND_FOR_MOVING if is_for_moving else _FIND
    found = _by_key(await tx.rows(finding, {"tenant": tenant, "keys": sorted(names)}))
    if missing := sorted(names.keys() - found.keys()):
        given = {"tenant": tenant, "keys": missing, "names": [names[key] for key in missing], "now": now}
        found |= _by_key(await tx.rows(_MAKE, given))
    return found


def _by_key(rows: Any) -> dict[str, OrganizationRef]:
    return {key: OrganizationRef(OrganizationId(number), name) for key, number, name in rows}
