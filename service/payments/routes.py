"""Payments over HTTP."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from service.access.rates import FETCH, WEBHOOK
from service.adapters.razorpay import RazorpayFailed
from service.adapters.stripe import StripeFailed
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.kernel.errors import NotFound, ServiceError
from service.kernel.identifiers import Identifiers
from service.payments import operations as payments
from service.payments import store
from service.payments.model import BadSignature, OpenedCheckout, Order, OrderId, PaymentsNotConfigured, ProviderEvent
from service.payments.operations import Providers
from service.payments.provider_events import razorpay as razorpay_events
from service.payments.provider_events import stripe as stripe_events
from service.payments.schema import CreatedOrder, CreateOrder, OrderAnswer, Received, created_order, order_answer
from service.web.endpoint import Access, Call, Endpoint, JsonBody, RawBody


@dataclass(frozen=True, slots=True, kw_only=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    providers: Providers
    identifiers: Identifiers
    clock: Clock
    public_url: str

    async def create_order(self, call: Call[CreateOrder, None]) -> CreatedOrder:
        """Order a package of coins; what comes back says where it is paid.

        The price is the package's own. The coins come when the provider reports the payment, which may be before
        this answer.
        """

        async def remember(tx: Transaction, order: Order, opened: OpenedCheckout) -> None:
            await call.remember(tx, created_order(order, opened))

        order, opened = await payments.create(
            user=call.principal.user,
            package=call.body.package_id,
            provider=call.body.provider,
            currency=call.body.currency,
            return_url=f"{self.public_url}/",
            db=self.db,
            providers=self.providers,
            identifiers=self.identifiers,
            clock=self.clock,
            remember=remember,
        )
        return created_order(order, opened)

    async def order(self, call: Call[None, None]) -> OrderAnswer:
        """One of the user's orders, and how it stands."""
        found = await self.db.read(store.find_order, call.principal.user, OrderId(call.path["order_id"]))
        if found is None:
            raise NotFound("There is no order with this id.")
        return order_answer(found)

    async def stripe_webhook(self, call: Call[bytes, None]) -> Received:
        """For Stripe: an event, signed in `Stripe-Signature` over the raw body."""
        stripe = payments.stripe_of(self.providers)
        if not stripe.is_genuine(call.body, call.headers.get("stripe-signature")):
            raise _bad_signature("Stripe-Signature")
        wanted = stripe_events.object_to_fetch(call.body)
        fetched = None if wanted is None else await stripe.retrieve(*wanted)
        return await self._receive(stripe_events.parse_event(call.body, fetched))

    async def razorpay_webhook(self, call: Call[bytes, None]) -> Received:
        """For Razorpay: an event, signed in `X-Razorpay-Signature` over the raw body."""
        if not payments.razorpay_of(self.providers).is_genuine(call.body, call.headers.get("x-razorpay-signature")):
            raise _bad_signature("X-Razorpay-Signature")
        event_id = call.headers.get("x-razorpay-event-id")
        return await self._receive(razorpay_events.parse_event(call.body, event_id))

    async def _receive(self, event: ProviderEvent) -> Received:
        outcome = await self.db.run_system(payments.receive, id=self.identifiers.uuid7(), event=event)
        return Received(is_new=outcome is not None)


def routes(
    *, db: Database, providers: Providers, identifiers: Identifiers, clock: Clock, public_url: str
) -> Sequence[Endpoint]:
    """`public_url` is where a payer comes back to from a provider's page."""
    on = _Handlers(db=db, providers=providers, identifiers=identifiers, clock=clock, public_url=public_url)
    return (
        Endpoint(
            "POST",
            "/api/payments/orders",
            on.create_order,
            answer=CreatedOrder,
            status=201,
            body=JsonBody(CreateOrder),
            idempotent=True,
            rate=FETCH,
            problems=(PaymentsNotConfigured, StripeFailed, RazorpayFailed),
            tag="payments",
        ),
        Endpoint("GET", "/api/payments/orders/{order_id:uuid}", on.order, answer=OrderAnswer, tag="payments"),
        _webhook("stripe", on.stripe_webhook, StripeFailed),
        _webhook("razorpay", on.razorpay_webhook),
    )


def _webhook(
    provider: str, receiver: Callable[[Call[bytes, None]], Awaitable[Received]], *problems: type[ServiceError]
) -> Endpoint:
    return Endpoint(
        "POST",
        f"/api/payments/webhooks/{provider}",
        receiver,
        answer=Received,
        body=RawBody(),
        access=Access.PUBLIC,
        rate=WEBHOOK,
        problems=(BadSignature, PaymentsNotConfigured, *problems),
        tag="payments",
    )


def _bad_signature(header: str) -> BadSignature:
    return BadSignature(f"{header} is missing, or does not sign these bytes now; nothing was read.")
