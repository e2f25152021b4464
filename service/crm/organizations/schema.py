"""Organizations on the wire. What is answered is `model.Organization` as it stands."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from service.crm.model import Direction, clean_fields
from service.crm.organizations.model import OrganizationSort
from service.crm.schema import InstantKeys, Line, NameSearch, Notes, Url, WordKeys
from service.web.paging import Paging


class CreateOrganization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names are compared without their legal form, punctuation and case: Acme Inc. is ACME."""

    name: Line
    website: Url | None = None
    notes: Notes | None = None


class ChangeOrganization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any subset; null takes away what may be missing."""

    name: Line | UnsetType = UNSET
    website: Url | UnsetType | None = UNSET
    notes: Notes | UnsetType | None = UNSET


class OrganizationsQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    order_by: OrganizationSort = msgspec.field(name="orderBy", default=OrganizationSort.DATE)
    order: Direction = Direction.DESC
    search: NameSearch | None = None

    @property
    def order_name(self) -> str:
        """What a cursor belongs to: the order, and the filter."""
        return f"organizations by {self.order_by} {self.order}, search {self.search}"


CURSOR_KEYS: dict[OrganizationSort, Any] = {
    OrganizationSort.DATE: InstantKeys,
    OrganizationSort.NAME: WordKeys,
}


def values_of(body: CreateOrganization | ChangeOrganization) -> dict[str, Any]:
    """The columns to be set. Raises InvalidRequest."""
    return clean_fields({name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET})
