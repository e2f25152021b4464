"""Deals over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.crm.deals import operations as deals
from service.crm.deals import store
from service.crm.deals.operations import LeadHasDeal
from service.crm.deals.schema import ChangeDeal, CreateDeal, DealsQuery, values_of
from service.crm.model import Deal, DealId, existing
from service.crm.schema import InstantKeys
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint, JsonBody
from service.web.paging import Page, page_of

TAG = "deals"


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    clock: Clock

    async def list_deals(self, call: Call[None, DealsQuery]) -> Page[Deal]:
        """The tenant's deals, the newest first."""
        query = call.query
        listed = await self.db.read(
            store.list_deals,
            call.principal.tenant,
            search=query.search,
            status=query.status,
            window=query.window(query.order_name, InstantKeys),
        )
        return page_of(query, listed, order=query.order_name, position=_position, item=lambda deal: deal)

    async def create_deal(self, call: Call[CreateDeal, None]) -> Deal:
        """Add a deal, of a lead or of none. A second one of the same lead is refused."""
        values, now = values_of(call.body), self.clock.now()

        async def create(tx: Transaction) -> Deal:
            made = await deals.create(tx, tenant=call.principal.tenant, values=values, now=now)
            await call.remember(tx, made)
            return made

        return await self.db.run(create)

    async def read_deal(self, call: Call[None, None]) -> Deal:
        """One deal."""
        deal = _number(call)
        return existing(await self.db.read(store.find_deal, call.principal.tenant, deal), f"deal {deal}")

    async def change_deal(self, call: Call[ChangeDeal, None]) -> Deal:
        """Change any of its fields."""
        return await self.db.run(
            deals.change,
            tenant=call.principal.tenant,
            deal=_number(call),
            values=values_of(call.body),
            now=self.clock.now(),
        )

    async def delete_deal(self, call: Call[None, None]) -> None:
        """Delete it. Its lead stays."""
        await self.db.run(deals.delete, tenant=call.principal.tenant, deal=_number(call))


def routes(*, db: Database, clock: Clock) -> Sequence[Endpoint]:
    on = _Handlers(db, clock)
    many, one = "/api/deals", "/api/deals/{deal_id:int}"
    return (
        Endpoint("GET", many, on.list_deals, answer=Page[Deal], query=DealsQuery, tag=TAG),
        Endpoint(
            "POST",
            many,
            on.create_deal,
            answer=Deal,
            status=201,
            body=JsonBody(CreateDeal),
            idempotent=True,
            problems=(NotFound, LeadHasDeal),
            tag=TAG,
        ),
        Endpoint("GET", one, on.read_deal, answer=Deal, problems=(NotFound,), tag=TAG),
        Endpoint(
            "PUT",
            one,
            on.change_deal,
            answer=Deal,
            body=JsonBody(ChangeDeal),
            problems=(NotFound, LeadHasDeal),
            tag=TAG,
        ),
        Endpoint("DELETE", one, on.delete_deal, status=204, problems=(NotFound,), tag=TAG),
    )


def _number(call: Call[Any, Any]) -> DealId:
    return DealId(call.path["deal_id"])


def _position(deal: Deal) -> tuple[Any, ...]:
    return deal.created_at, deal.id
