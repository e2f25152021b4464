"""Deals on the wire. What is answered is `model.Deal` as it stands."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from service.crm.model import DealStatus, clean_fields
from service.crm.schema import Line, NameSearch, Notes, Number
from service.web.paging import Paging


class CreateDeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lead, which has its job's number, has at most one deal."""

    name: Line
    status: DealStatus = DealStatus.OPEN
    notes: Notes | None = None
    lead_id: Number | None = None


class ChangeDeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any subset; null takes away what may be missing."""

    name: Line | UnsetType = UNSET
    status: DealStatus | UnsetType = UNSET
    notes: Notes | UnsetType | None = UNSET
    lead_id: Number | UnsetType | None = UNSET


class DealsQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    search: NameSearch | None = None
    status: DealStatus | None = None

    @property
    def order_name(self) -> str:
        """What a cursor belongs to: the order, and the filters."""
        return f"deals by date, status {self.status}, search {self.search}"


def values_of(body: CreateDeal | ChangeDeal) -> dict[str, Any]:
    """The columns to be set. Raises InvalidRequest."""
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    texts = clean_fields({name: value for name, value in given.items() if name in ("name", "notes")})
    status = given.get("status")
    return {**given, **texts} | ({} if status is None else {"status": str(status)})
