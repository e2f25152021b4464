"""What is built once from the open resources, for the HTTP application, the background and the commands alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.access.callers import KnownUsers
from service.access.pipeline import Pipeline
from service.access.rates import RateLimits
from service.accounts.operations import is_stored
from service.emails.brief import Writer
from service.emails.by_model.writer import ModelWriter
from service.emails.model import Terms
from service.emails.offline import compose
from service.emails.operations.services import EmailServices
from service.health.checks import Check
from service.payments.operations import Providers
from service.postings.contexts import warm_up
from service.postings.extraction import ModelReader, extraction_admission
from service.postings.operations import PostingReader
from service.postings.single_flight import SingleFlight
from service.resources import Resources
from service.settings import Settings
from service.usage import operations as usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the surfaces are given."""

    pipeline: Pipeline
    known_users: KnownUsers
    emails: EmailServices
    postings: PostingReader
    providers: Providers
    optional_checks: Sequence[Check]


def build_services(resources: Resources) -> Services:
    """Opens nothing: the resources are open, and stay their own."""
    known_users = KnownUsers(resources.db, is_stored)
    postings = _posting_reader(resources)
    return Services(
        pipeline=_pipeline(resources, known_users),
        known_users=known_users,
        emails=EmailServices(
            db=resources.db,
            clock=resources.clock,
            identifiers=resources.identifiers,
            terms=_terms(resources.settings),
            share=resources.shares.take,
            postings=postings,
            github=resources.github,
            writer=_writer(resources),
        ),
        postings=postings,
        providers=Providers(stripe=resources.stripe, razorpay=resources.razorpay),
        optional_checks=_optional_checks(resources),
    )


def _pipeline(resources: Resources, known_users: KnownUsers) -> Pipeline:
    return Pipeline(
        authenticator=resources.authenticator,
        known_users=known_users,
        db=resources.db,
        admission=resources.admission,
        identifiers=resources.identifiers,
        tasks=resources.tasks,
        in_flight=resources.root.in_flight,
        rate_limits=_rate_limits(resources),
        request_timeout_seconds=resources.settings.request_timeout_seconds,
    )


def _rate_limits(resources: Resources) -> RateLimits | None:
    """How often callers may call; None where that is switched off."""
    settings = resources.settings
    if not settings.rate_limits:
        return None
    return RateLimits(resources.shared.rate_limiter, trusted_proxies=settings.trusted_proxies)


def _optional_checks(resources: Resources) -> Sequence[Check]:
    """What this process can do without, and should not have to."""
    redis = resources.shared.redis
    return () if redis is None else (Check("redis", redis.ping, is_required=False),)


def _model_reader(resources: Resources) -> ModelReader | None:
    """What reads postings after the readers; None where no model is configured."""
    if resources.language_model is None:
        return None
    return ModelReader(
        model=resources.language_model,
        db=resources.db,
        identifiers=resources.identifiers,
        clock=resources.clock,
        record=usage.record_calls,
        admission=extraction_admission(),
        limiter=resources.shared.rate_limiter if resources.settings.rate_limits else None,
    )


def _posting_reader(resources: Resources) -> PostingReader:
    warm_up()
    return PostingReader(
        db=resources.db,
        fetcher=resources.page_fetcher,
        parser=resources.page_parser,
        clock=resources.clock,
        single_flight=SingleFlight(start=resources.root.start),
        ttl_seconds=resources.settings.posting_ttl_seconds,
        boards=resources.job_boards,
        model=_model_reader(resources),
    )


def _writer(resources: Resources) -> Writer:
    """The language model where one is configured, else the offline composer."""
    if resources.language_model is None:
        return compose.write
    return ModelWriter(resources.language_model, identifiers=resources.identifiers)


def _terms(settings: Settings) -> Terms:
    """What a generation costs, and how long its parts may take."""
    return Terms(
        price=settings.email_price,
        branch_timeout_seconds=settings.branch_timeout_seconds,
        request_timeout_seconds=settings.request_timeout_seconds,
        hold_grace_seconds=settings.hold_grace_seconds,
    )
