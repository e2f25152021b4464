"""The HTTP application: the whole URL table and the order of the middleware. No logic."""

from collections.abc import Sequence

from starlette.applications import Starlette

from service.accounts.routes import routes as accounts
from service.composition import Services
from service.credits.routes import routes as credits
from service.crm.routes import routes as crm
from service.custody.routes import routes as custody
from service.emails.routes import routes as emails
from service.health.routes import routes as health
from service.payments.routes import routes as payments
from service.postings.addresses import canonical
from service.postings.routes import routes as postings
from service.projects.routes import routes as projects
from service.resources import Resources
from service.resumes.routes import routes as resumes
from service.settings import installed_version
from service.web.endpoint import Endpoint
from service.web.middleware import middleware
from service.web.problems import exception_handlers
from service.web.reference import reference
from service.web.serving import routes as served

DESCRIPTION = "A job posting and a recruiter in, one grounded e-mail out: stored, charged, or nothing at all."


def build_app(resources: Resources, services: Services) -> Starlette:
    """The application over open resources; it opens and closes nothing itself."""
    return Starlette(
        routes=served(endpoints(resources, services), services.pipeline),
        middleware=middleware(
            identifiers=resources.identifiers,
            metrics=resources.metrics,
            allowed_origins=resources.settings.allowed_origins,
        ),
        exception_handlers=exception_handlers(),
    )


def endpoints(resources: Resources, services: Services) -> Sequence[Endpoint]:
    """Every endpoint there is, in the order the documentation shows them."""
    settings, db = resources.settings, resources.db
    described = (
        *health(
            db=db,
            metrics=resources.metrics,
            tasks=resources.tasks,
            readiness=resources.root,
            version=installed_version(),
            optional_checks=services.optional_checks,
        ),
        *emails(services=services.emails),
        *resumes(db=db, reader=resources.resume_reader, identifiers=resources.identifiers, clock=resources.clock),
        *postings(reader=services.postings),
        *crm(db=db, clock=resources.clock, canonical=canonical),
        *projects(github=resources.github),
        *accounts(db=db, welcome_coins=settings.welcome_coins),
        *custody(db=db, clock=resources.clock, forget=services.known_users.forget),
        *credits(db=db),
        *payments(
            db=db,
            providers=services.providers,
            identifiers=resources.identifiers,
            clock=resources.clock,
            public_url=settings.public_url,
        ),
    )
    return (
        *described,
        *reference(described, version=installed_version(), description=DESCRIPTION, server_url=settings.own_url),
    )
