"""The CRM over HTTP."""

from collections.abc import Sequence

from service.crm.operations.jobs import Canonical
from service.crm.routes import deals, files, jobs, leads, matching, organizations
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
