"""Leads on the wire. What is answered is `model.Lead` and `model.HistoryEntry` as they stand."""

from service.crm.model import Status, status_named
from service.crm.schema import StatusName
from service.web.paging import Paging


class LeadsQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    status: StatusName | None = None

    def wanted(self) -> Status | None:
        """Raises InvalidRequest for a status there is not."""
        return None if self.status is None else status_named(self.status)

    @property
    def order_name(self) -> str:
        """What a cursor belongs to: the order, and the filter. Raises InvalidRequest as `wanted` does."""
        return f"leads by date, status {self.wanted()}"
