"""Leads over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.crm.leads import operations as leads
from service.crm.leads.model import HistoryEntry, Lead
from service.crm.leads.schema import LeadsQuery
from service.crm.model import JobId, Status
from service.crm.schema import InstantKeys, Number
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint
from service.web.paging import Page, Paging, page_of

TAG = "leads"

_AS_IT_HAPPENED = "history by id of lead "


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    clock: Clock

    async def list_leads(self, call: Call[None, LeadsQuery]) -> Page[Lead]:
        """The tenant's leads with their jobs, the newest first."""
        query = call.query
        listed = await self.db.read(
            leads.list_leads,
            tenant=call.principal.tenant,
            status=query.wanted(),
            window=query.window(query.order_name, InstantKeys),
        )
        return page_of(query, listed, order=query.order_name, position=_position, item=_as_it_is)

    async def read_lead(self, call: Call[None, None]) -> Lead:
        """One lead with its job. It has the job's number."""
        return await self.db.read(leads.find_lead, tenant=call.principal.tenant, lead=_lead_id(call))

    async def list_history(self, call: Call[None, Paging]) -> Page[HistoryEntry]:
        """What happened to a lead, from its beginning: changes of status, and e-mails written or sent for it."""
        lead = _lead_id(call)
        order = f"{_AS_IT_HAPPENED}{lead}"
        window = call.query.window(order, tuple[Number])
        listed = await self.db.read(leads.history, tenant=call.principal.tenant, lead=lead, window=window)
        return page_of(call.query, listed, order=order, position=_place_in_history, item=_as_it_is)

    async def mark_applied(self, call: Call[None, None]) -> Lead:
        """Note that it was applied to. Nothing happens where that is its status."""
        return await self._marked(call, Status.APPLIED)

    async def mark_do_not_apply(self, call: Call[None, None]) -> Lead:
        """Note that it shall not be applied to. Nothing happens where that is its status."""
        return await self._marked(call, Status.DO_NOT_APPLY)

    async def _marked(self, call: Call[None, None], status: Status) -> Lead:
        return await self.db.run(
            leads.mark, tenant=call.principal.tenant, lead=_lead_id(call), status=status, now=self.clock.now()
        )


def routes(*, db: Database, clock: Clock) -> Sequence[Endpoint]:
    on = _Handlers(db, clock)
    many, one = "/api/leads", "/api/leads/{lead_id:int}"
    told, missing = f"{one}/history", (NotFound,)
    return (
        Endpoint("GET", many, on.list_leads, answer=Page[Lead], query=LeadsQuery, tag=TAG),
        Endpoint("GET", one, on.read_lead, answer=Lead, problems=missing, tag=TAG),
        Endpoint("GET", told, on.list_history, answer=Page[HistoryEntry], query=Paging, problems=missing, tag=TAG),
        Endpoint("POST", f"{one}/applied", on.mark_applied, answer=Lead, problems=missing, tag=TAG),
        Endpoint("POST", f"{one}/do-not-apply", on.mark_do_not_apply, answer=Lead, problems=missing, tag=TAG),
    )


def _lead_id(call: Call[Any, Any]) -> JobId:
    return JobId(call.path["lead_id"])


def _position(lead: Lead) -> tuple[Any, ...]:
    return lead.created_at, lead.id


def _place_in_history(entry: HistoryEntry) -> tuple[Any, ...]:
    return (entry.id,)


def _as_it_is(item: Any) -> Any:
    return item
