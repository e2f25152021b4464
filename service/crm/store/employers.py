"""Finding the organizations that jobs are at, or making them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, DateTime, Text, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from service.crm.model import OrganizationId, OrganizationRef
from service.crm.store.tables import organizations
from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId

_shown = (organizations.c.name_key, organizations.c.id, organizations.c.name)
_tenant = bindparam("tenant", type_=Text)
_keys, _names = bindparam("keys", type_=ARRAY(Text)), bindparam("names", type_=ARRAY(Text))

_EVERY = select(*_shown).where(organizations.c.tenant_id == _tenant, organizations.c.name_key == any_(_keys))
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
# Where somebody else was faster theirs is taken; a `DO NOTHING` would not show it.
_MAKE = _MAKING.on_conflict_do_update(
    index_elements=["tenant_id", "name_key"], set_={"updated_at": literal_column("organizations.updated_at")}
).returning(*_shown)


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
