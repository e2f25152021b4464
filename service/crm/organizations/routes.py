"""Organizations over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.crm.model import OrganizationId, existing
from service.crm.organizations import operations as organizations
from service.crm.organizations import store
from service.crm.organizations.model import (
    DuplicateOrganization,
    Organization,
    OrganizationInUse,
    PlacedOrganization,
    TooManyJobs,
)
from service.crm.organizations.schema import (
    CURSOR_KEYS,
    ChangeOrganization,
    CreateOrganization,
    OrganizationsQuery,
    values_of,
)
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint, JsonBody
from service.web.paging import Page, page_of

TAG = "organizations"


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    clock: Clock

    async def list_organizations(self, call: Call[None, OrganizationsQuery]) -> Page[Organization]:
        """The tenant's organizations, the newest first unless asked otherwise."""
        query = call.query
        listed = await self.db.read(
            store.list_organizations,
            call.principal.tenant,
            search=query.search,
            sort=query.order_by,
            order=query.order,
            window=query.window(query.order_name, CURSOR_KEYS[query.order_by]),
        )
        return page_of(
            query, listed, order=query.order_name, position=_position, item=lambda placed: placed.organization
        )

    async def create_organization(self, call: Call[CreateOrganization, None]) -> Organization:
        """Add an organization. Jobs make theirs by themselves.

        A second one of the same name, whatever its legal form, is refused, and the one there is named in
        `existing_id`.
        """
        values, now = values_of(call.body), self.clock.now()

        async def create(tx: Transaction) -> Organization:
            made = await organizations.create(tx, tenant=call.principal.tenant, values=values, now=now)
            await call.remember(tx, made)
            return made

        return await self.db.run(create)

    async def read_organization(self, call: Call[None, None]) -> Organization:
        """One organization."""
        number = _number(call)
        found = await self.db.read(store.find_organization, call.principal.tenant, number)
        return existing(found, f"organization {number}")

    async def change_organization(self, call: Call[ChangeOrganization, None]) -> Organization:
        """Change any of its fields. A new name is at once that of the company of all its jobs."""
        return await self.db.run(
            organizations.change,
            tenant=call.principal.tenant,
            organization=_number(call),
            values=values_of(call.body),
            now=self.clock.now(),
        )

    async def delete_organization(self, call: Call[None, None]) -> None:
        """Delete it. One with jobs is refused."""
        await self.db.run(organizations.delete, tenant=call.principal.tenant, organization=_number(call))


def routes(*, db: Database, clock: Clock) -> Sequence[Endpoint]:
    on = _Handlers(db, clock)
    many, one = "/api/organizations", "/api/organizations/{organization_id:int}"
    return (
        Endpoint("GET", many, on.list_organizations, answer=Page[Organization], query=OrganizationsQuery, tag=TAG),
        Endpoint(
            "POST",
            many,
            on.create_organization,
            answer=Organization,
            status=201,
            body=JsonBody(CreateOrganization),
            idempotent=True,
            problems=(DuplicateOrganization,),
            tag=TAG,
        ),
        Endpoint("GET", one, on.read_organization, answer=Organization, problems=(NotFound,), tag=TAG),
        Endpoint(
            "PUT",
            one,
            on.change_organization,
            answer=Organization,
            body=JsonBody(ChangeOrganization),
            problems=(NotFound, DuplicateOrganization, TooManyJobs),
            tag=TAG,
        ),
        Endpoint("DELETE", one, on.delete_organization, status=204, problems=(NotFound, OrganizationInUse), tag=TAG),
    )


def _number(call: Call[Any, Any]) -> OrganizationId:
    return OrganizationId(call.path["organization_id"])


def _position(placed: PlacedOrganization) -> tuple[Any, ...]:
    return placed.key, placed.organization.id
