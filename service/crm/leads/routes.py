"""Leads over HTTP. What is answered is `model.Lead` and `model.HistoryEntry` as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.crm.jobs.model import Placed, Wanted
from service.crm.jobs.store import jobs, listing
from service.crm.leads import operations as leads
from service.crm.leads import store
from service.crm.leads.model import HistoryEntry, Lead, lead_of
from service.crm.model import JobId, Status, existing, status_named
from service.crm.schema import InstantKeys, Number, StatusName
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint
from service.web.paging import Page, Paging, page_of

TAG = "leads"


class LeadsQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    status: StatusName | None = None


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    clock: Clock

    async def list_leads(self, call: Call[None, LeadsQuery]) -> Page[Lead]:
        """The tenant's leads with their jobs, the newest first."""
        query = call.query
        status = None if query.status is None else status_named(query.status)
        order = f"leads by date, status {status}"
        window = query.window(order, InstantKeys)
        listed = await self.db.read(
            listing.list_jobs, call.principal.tenant, wanted=Wanted(status=status), window=window
        )
        return page_of(query, listed, order=order, position=_position, item=lambda placed: lead_of(placed.job))

    async def read_lead(self, call: Call[None, None]) -> Lead:
        """One lead with its job. It has the job's number."""
        lead = _lead_id(call)
        return lead_of(existing(await self.db.read(jobs.find_job, call.principal.tenant, lead), f"lead {lead}"))

    async def list_history(self, call: Call[None, Paging]) -> Page[HistoryEntry]:
        """What happened to a lead, from its beginning: changes of status, and e-mails written or sent for it."""
        lead = _lead_id(call)
        order = f"history by id of lead {lead}"
        window = call.query.window(order, tuple[Number])
        listed = await self.db.read(store.list_history, call.principal.tenant, lead, window=window)
        if not listed.counted:  # a lead has at least its creation
            raise NotFound(f"There is no lead {lead}.")
        return page_of(call.query, listed, order=order, position=lambda entry: (entry.id,), item=lambda entry: entry)

    async def mark_applied(self, call: Call[None, None]) -> Lead:
        """Note that it was applied to. Nothing happens where that is its status."""
        return await self._mark(call, Status.APPLIED)

    async def mark_do_not_apply(self, call: Call[None, None]) -> Lead:
        """Note that it shall not be applied to. Nothing happens where that is its status."""
        return await self._mark(call, Status.DO_NOT_APPLY)

    async def _mark(self, call: Call[None, None], status: Status) -> Lead:
        return await self.db.run(
            leads.mark, tenant=call.principal.tenant, lead=_lead_id(call), status=status, now=self.clock.now()
        )


def routes(*, db: Database, clock: Clock) -> Sequence[Endpoint]:
    on = _Handlers(db, clock)
    many, one = "/api/leads", "/api/leads/{lead_id:int}"
    history, missing = f"{one}/history", (NotFound,)
    return (
        Endpoint("GET", many, on.list_leads, answer=Page[Lead], query=LeadsQuery, tag=TAG),
        Endpoint("GET", one, on.read_lead, answer=Lead, problems=missing, tag=TAG),
        Endpoint("GET", history, on.list_history, answer=Page[HistoryEntry], query=Paging, problems=missing, tag=TAG),
        Endpoint("POST", f"{one}/applied", on.mark_applied, answer=Lead, problems=missing, tag=TAG),
        Endpoint("POST", f"{one}/do-not-apply", on.mark_do_not_apply, answer=Lead, problems=missing, tag=TAG),
    )


def _lead_id(call: Call[Any, Any]) -> JobId:
    return JobId(call.path["lead_id"])


def _position(placed: Placed) -> tuple[Any, ...]:
    return placed.key, placed.job.id
