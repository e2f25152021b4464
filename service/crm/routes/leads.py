"""Leads over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from service.crm.model import HistoryEntry, JobId, Lead, Status
from service.crm.operations import leads
from service.crm.schema.leads import LeadsQuery, order_of
from service.crm.schema.organizations import Number
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint
from service.web.paging import Page, Paging, page_of

TAG = "leads"

_AS_IT_HAPPENED = "history by id of lead "


def routes(*, db: Database, clock: Clock) -> Sequence[Endpoint]:
    async def list_leads(call: Call[None, LeadsQuery]) -> Page[Lead]:
        """The tenant's leads with their jobs, the newest first."""
        status = call.query.wanted()
        order = order_of(status)
        window = call.query.window(order, tuple[datetime, Number])
        listed = await db.read(leads.list_leads, tenant=call.principal.tenant, status=status, window=window)
        return page_of(call.query, listed, order=order, position=lambda it: (it.created_at, it.id), item=_as_it_is)

    async def read_lead(call: Call[None, None]) -> Lead:
        """One lead with its job. It has the job's number."""
        return await db.read(leads.find_lead, tenant=call.principal.tenant, lead=_lead_id(call))

    async def list_history(call: Call[None, Paging]) -> Page[HistoryEntry]:
        """What happened to a lead, from its beginning: changes of status, and e-mails written or sent for it."""
        lead = _lead_id(call)
        order = f"{_AS_IT_HAPPENED}{lead}"
        window = call.query.window(order, tuple[Number])
        listed = await db.read(leads.history, tenant=call.principal.tenant, lead=lead, window=window)
        return page_of(call.query, listed, order=order, position=lambda entry: (entry.id,), item=_as_it_is)

    async def mark_applied(call: Call[None, None]) -> Lead:
        """Note that it was applied to. Nothing happens where that is its status."""
        return await marked(call, Status.APPLIED)

    async def mark_do_not_apply(call: Call[None, None]) -> Lead:
        """Note that it shall not be applied to. Nothing happens where that is its status."""
        return await marked(call, Status.DO_NOT_APPLY)

    async def marked(call: Call[None, None], status: Status) -> Lead:
        return await db.run(
            leads.mark, tenant=call.principal.tenant, lead=_lead_id(call), status=status, now=clock.now()
        )

    many, one = "/api/leads", "/api/leads/{lead_id:int}"
    told, missing = f"{one}/history", (NotFound,)
    return (
        Endpoint("GET", many, list_leads, answer=Page[Lead], query=LeadsQuery, tag=TAG),
        Endpoint("GET", one, read_lead, answer=Lead, problems=missing, tag=TAG),
        Endpoint("GET", told, list_history, answer=Page[HistoryEntry], query=Paging, problems=missing, tag=TAG),
        Endpoint("POST", f"{one}/applied", mark_applied, answer=Lead, problems=missing, tag=TAG),
        Endpoint("POST", f"{one}/do-not-apply", mark_do_not_apply, answer=Lead, problems=missing, tag=TAG),
    )


def _lead_id(call: Call[Any, Any]) -> JobId:
    return JobId(call.path["lead_id"])


def _as_it_is(item: Any) -> Any:
    return item
