"""The HTTP application: the whole URL table and the order of the middleware. No logic."""

from collections.abc import Sequence
from functools import partial

from starlette.applications import Starlette

from service.access.known_users import KnownUsers
from service.access.rates import RateLimits
from service.accounts.operations import is_stored
from service.accounts.routes import routes as accounts
from service.credits.routes import routes as credits
from service.crm.routes import routes as crm
from service.custody.routes import routes as custody
from service.emails.brief import Writer
from service.emails.by_model.writer import ModelWriter
from service.emails.model import Terms
from service.emails.offline import compose
from service.emails.operations.gather import Sources
from service.emails.routes import routes as emails
from service.health.checks import Check
from service.health.routes import routes as health
from service.payments.operations import Providers
from service.payments.routes import routes as payments
from service.postings.addresses import canonical
from service.postings.extraction import Extraction, ModelReader, places
from service.postings.flights import Flights
from service.postings.routes import routes as postings
from service.projects.routes import routes as projects
from service.resources import Resources
from service.resumes.routes import routes as resumes
from service.settings import Settings, installed_version
from service.usage import operations as usage
from service.web.endpoint import Endpoint
from service.web.middleware import middleware
from service.web.problems import exception_handlers
from service.web.reference import reference
from service.web.serving import Gate
from service.web.serving import routes as served

DESCRIPTION = "A job posting and a recruiter in, one grounded e-mail out: stored, charged, or nothing at all."


def build_app(resources: Resources) -> Starlette:
    """The application over open resources; it opens and closes nothing itself."""
    settings = resources.settings
    known_users = KnownUsers(resources.db, is_stored)
    gate = Gate(
        authenticator=resources.authenticator,
        known_users=known_users,
        db=resources.db,
        admission=resources.admission,
        identifiers=resources.identifiers,
        tasks=resources.tasks,
        in_flight=resources.root.in_flight,
        rate_limits=rate_limits_of(resources),
        request_timeout_seconds=settings.request_timeout_seconds,
    )
    return Starlette(
        routes=served(endpoints(resources, known_users=known_users), gate),
        middleware=middleware(
            identifiers=resources.identifiers,
            metrics=resources.metrics,
            allowed_origins=settings.allowed_origins,
        ),
        exception_handlers=exception_handlers(),
    )


def endpoints(resources: Resources, *, known_users: KnownUsers) -> Sequence[Endpoint]:
    """Every endpoint there is, in the order the documentation shows them."""
    settings, db = resources.settings, resources.db
    model_reader = model_reader_of(resources)
    sources = sources_of(resources, model_reader)
    described = (
        *health(
            db=db,
            metrics=resources.metrics,
            tasks=resources.tasks,
            readiness=resources.root,
            version=installed_version(),
            optional_checks=optional_checks(resources),
        ),
        *emails(
            sources=sources,
            identifiers=resources.identifiers,
            terms=terms_of(settings),
            share=resources.shares.taken,
            writer=writer_of(resources),
        ),
        *resumes(db=db, reader=resources.resume_reader, identifiers=resources.identifiers, clock=resources.clock),
        *postings(
            db=db,
            fetcher=resources.page_fetcher,
            parser=resources.page_parser,
            clock=resources.clock,
            flights=sources.flights,
            ttl_seconds=settings.posting_ttl_seconds,
            boards=resources.job_boards,
            extraction=None if model_reader is None else partial(Extraction, model_reader),
        ),
        *crm(db=db, clock=resources.clock, canonical=canonical),
        *projects(github=resources.github),
        *accounts(db=db, welcome_coins=settings.welcome_coins),
        *custody(db=db, clock=resources.clock, forget=known_users.forget),
        *credits(db=db),
        *payments(
            db=db,
            providers=Providers(stripe=resources.stripe, razorpay=resources.razorpay),
            identifiers=resources.identifiers,
            clock=resources.clock,
            public_url=settings.public_url,
        ),
    )
    return (*described, *reference(described, version=installed_version(), description=DESCRIPTION))


def rate_limits_of(resources: Resources) -> RateLimits | None:
    """How often callers may call; None where that is switched off."""
    settings = resources.settings
    if not settings.rate_limits:
        return None
    return RateLimits(resources.shared.rate_limiter, trusted_proxies=settings.trusted_proxies)


def optional_checks(resources: Resources) -> Sequence[Check]:
    """What this process can do without, and should not have to."""
    redis = resources.shared.redis
    return () if redis is None else (Check("redis", redis.ping, is_required=False),)


def model_reader_of(resources: Resources) -> ModelReader | None:
    """What reads postings after the readers; None where no model is configured."""
    if resources.language_model is None:
        return None
    return ModelReader(
        model=resources.language_model,
        db=resources.db,
        identifiers=resources.identifiers,
        clock=resources.clock,
        record=usage.record_calls,
        admission=places(),
        limiter=resources.shared.rate_limiter if resources.settings.rate_limits else None,
    )


def sources_of(resources: Resources, model_reader: ModelReader | None) -> Sources:
    """Where an e-mail's branches read."""
    return Sources(
        db=resources.db,
        parser=resources.page_parser,
        fetcher=resources.page_fetcher,
        boards=resources.job_boards,
        clock=resources.clock,
        flights=Flights(start=resources.root.start),
        posting_ttl_seconds=resources.settings.posting_ttl_seconds,
        github=resources.github,
        extraction=None if model_reader is None else partial(Extraction, model_reader, is_brief=True),
    )


def writer_of(resources: Resources) -> Writer:
    """The language model where one is configured, else the offline composer."""
    if resources.language_model is None:
        return compose.write
    return ModelWriter(resources.language_model, identifiers=resources.identifiers)


def terms_of(settings: Settings) -> Terms:
    """What a generation costs, and how long its parts may take."""
    return Terms(
        price=settings.email_price,
        branch_timeout_seconds=settings.branch_timeout_seconds,
        request_timeout_seconds=settings.request_timeout_seconds,
        hold_grace_seconds=settings.hold_grace_seconds,
    )
