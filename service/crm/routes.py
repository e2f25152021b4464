"""The CRM over HTTP."""

from collections.abc import Sequence

from service.crm.deals import routes as deals
from service.crm.files import routes as files
from service.crm.jobs import routes as jobs
from service.crm.jobs.operations import Canonical
from service.crm.leads import routes as leads
from service.crm.matching import routes as matching
from service.crm.organizations import routes as organizations
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.web.endpoint import Endpoint


def routes(*, db: Database, clock: Clock, canonical: Canonical) -> Sequence[Endpoint]:
    """`canonical` tells which addresses lead to the same posting."""
    return (
        *jobs.routes(db=db, clock=clock, canonical=canonical),
        *matching.routes(db=db, clock=clock, canonical=canonical),
        *leads.routes(db=db, clock=clock),
        *organizations.routes(db=db, clock=clock),
        *deals.routes(db=db, clock=clock),
        *files.routes(db=db, clock=clock, canonical=canonical),
    )
