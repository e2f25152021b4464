"""Payments over HTTP."""

from collections.abc import Awaitable, Callable, Sequence

from service.adapters.razorpay import RazorpayFailed
from service.adapters.stripe import StripeFailed
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import Identifiers
from service.payments import operations as payments
from service.payments import razorpay_events, stripe_events
from service.payments.model import BadSignature, Occurrence, Opened, Order, OrderId, PaymentsNotConfigured
from service.payments.operations import Providers
from service.payments.schema import CreatedOrder, CreateOrder, OrderAnswer, Received, created_order, order_answer
from service.web.endpoint import Access, Call, Endpoint
from service.web.limits import FETCH, WEBHOOK


def routes(
    *, db: Database, providers: Providers, identifiers: Identifiers, clock: Clock, public_url: str
) -> Sequence[Endpoint]:
    """`public_url` is where a payer comes back to from a provider's page."""

    async def create_order(call: Call[CreateOrder, None]) -> CreatedOrder:
        """Order a package of coins; what comes back says where it is paid.

        The price is the package's own. The coins come when the provider reports the payment, which may be before
        this answer.
        """

        async def remember(tx: Transaction, order: Order, opened: Opened) -> None:
            await call.remember(tx, created_order(order, opened))

        order, opened = await payments.create(
            user=call.principal.user,
            package=call.body.package_id,
            provider=call.body.provider,
            currency=call.body.currency,
            return_url=f"{public_url}/",
            db=db,
            providers=providers,
            identifiers=identifiers,
            clock=clock,
            remember=remember,
        )
        return created_order(order, opened)

    async def order(call: Call[None, None]) -> OrderAnswer:
        """One of the user's orders, and how it stands."""
        order_id = OrderId(call.path["order_id"])
        return order_answer(await db.read(payments.find, user=call.principal.user, order=order_id))

    async def stripe_webhook(call: Call[bytes, None]) -> Received:
        """For Stripe: an event, signed in `Stripe-Signature` over the raw body."""
        if not payments.stripe_of(providers).is_genuine(call.body, call.headers.get("stripe-signature")):
            raise _bad_signature("Stripe-Signature")
        return await receive(stripe_events.occurrence_of(call.body))

    async def razorpay_webhook(call: Call[bytes, None]) -> Received:
        """For Razorpay: an event, signed in `X-Razorpay-Signature` over the raw body."""
        if not payments.razorpay_of(providers).is_genuine(call.body, call.headers.get("x-razorpay-signature")):
            raise _bad_signature("X-Razorpay-Signature")
        event_id = call.headers.get("x-razorpay-event-id")
        return await receive(razorpay_events.occurrence_of(call.body, event_id))

    async def receive(said: Occurrence) -> Received:
        outcome = await db.run_system(payments.receive, event=identifiers.uuid7(), said=said)
        return Received(is_new=outcome is not None)

    return (
        Endpoint(
            "POST",
            "/api/payments/orders",
            create_order,
            answer=CreatedOrder,
            status=201,
            body=CreateOrder,
            idempotent=True,
            rate=FETCH,
            problems=(PaymentsNotConfigured, StripeFailed, RazorpayFailed),
            tag="payments",
        ),
        Endpoint("GET", "/api/payments/orders/{order_id:uuid}", order, answer=OrderAnswer, tag="payments"),
        _webhook("stripe", stripe_webhook),
        _webhook("razorpay", razorpay_webhook),
    )


def _webhook(provider: str, receiver: Callable[[Call[bytes, None]], Awaitable[Received]]) -> Endpoint:
    return Endpoint(
        "POST",
        f"/api/payments/webhooks/{provider}",
        receiver,
        answer=Received,
        body=bytes,
        access=Access.PUBLIC,
        rate=WEBHOOK,
        problems=(BadSignature, PaymentsNotConfigured),
        tag="payments",
    )


def _bad_signature(header: str) -> BadSignature:
    return BadSignature(f"{header} is missing, or does not sign these bytes now; nothing was read.")
