"""Orders: from a package to what can be paid, and from there out of the books of a person."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from service.adapters.razorpay import Razorpay
from service.adapters.razorpay import Sale as RazorpaySale
from service.adapters.stripe import Sale as StripeSale
from service.adapters.stripe import Stripe
from service.credits import operations as credits
from service.credits.model import CoinPackage
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction, sweep
from service.kernel.errors import FieldError, InvalidRequest, NotFound
from service.kernel.identifiers import Identifiers, UserId
from service.payments import store
from service.payments.model import OpenedCheckout, Order, OrderId, PaymentsNotConfigured, Provider, lock_keys_of
from service.payments.operations.inbox import apply_waiting

EXPORTS = store.EXPORTS
INVARIANTS = store.INVARIANTS

# As long as a checkout session of Stripe's lives (https://docs.stripe.com/api/checkout/sessions/create, `expires_at`).
# Razorpay's orders have no end of their own, and say nothing when nobody pays them.
UNPAID_SECONDS = 86_400.0
# One statement of some milliseconds.
ORDERS_PER_BATCH = 500
BATCHES_MAX = 1_000

# What is taken where the caller names no currency and the package is sold in it.
_USUAL_CURRENCY = {Provider.STRIPE: "USD", Provider.RAZORPAY: "INR"}

# Called inside the last unit of work with what will be answered: idempotency keys are remembered there.
Remember = Callable[[Transaction, Order, OpenedCheckout], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Providers:
    """Those that are configured."""

    stripe: Stripe | None = None
    razorpay: Razorpay | None = None


async def create(
    *,
    user: UserId,
    package: str,
    provider: Provider,
    currency: str | None,
    return_url: str,
    db: Database,
    providers: Providers,
    identifiers: Identifiers,
    clock: Clock,
    remember: Remember,
) -> tuple[Order, OpenedCheckout]:
    """Write the order, open it at the provider, complete it; three steps, for no transaction waits for a network.

    The order is there before the provider hears of it, so that whatever is said about it finds it. Cancelled or failed
    after the first step, it stays `created` and nobody can pay it: its page was shown to no one. Raises
    `PaymentsNotConfigured`, `InvalidRequest` (package or currency), and what the provider's adapter raises.
    """
    is_live = razorpay_of(providers).is_live if provider is Provider.RAZORPAY else stripe_of(providers).is_live

    async def place(tx: Transaction) -> tuple[Order, str]:
        found = await credits.find_package(tx, package)
        if found is None or not found.is_active:
            raise _refusal("/package_id", "is no package that is sold")
        chosen = _currency(found, provider, currency)
        order = Order(
            id=OrderId(identifiers.uuid7()),
            user=user,
            provider=provider,
            package=found.id,
            coins=found.coins,
            amount=found.prices[chosen],
            currency=chosen,
            is_live=is_live,
            created_at=clock.now(),
        )
        await store.insert_order(tx, order)
        return order, found.name

    order, name = await db.run(place)
    opened = await _open_checkout(order, providers=providers, name=name, return_url=return_url)
    return await db.run_system(_complete, user=user, order=order, opened=opened, remember=remember), opened


def stripe_of(providers: Providers) -> Stripe:
    if providers.stripe is None:
        raise PaymentsNotConfigured("Stripe is not configured here; choose another provider.")
    return providers.stripe


def razorpay_of(providers: Providers) -> Razorpay:
    if providers.razorpay is None:
        raise PaymentsNotConfigured("Razorpay is not configured here; choose another provider.")
    return providers.razorpay


async def _open_checkout(order: Order, *, providers: Providers, name: str, return_url: str) -> OpenedCheckout:
    if order.provider is Provider.RAZORPAY:
        merchant = razorpay_of(providers)
        theirs = await merchant.create_order(RazorpaySale(order.id, order.amount, order.currency))
        return OpenedCheckout(theirs, key_id=merchant.key_id)
    sale = StripeSale(order.id, name, order.amount, order.currency, return_url)
    session = await stripe_of(providers).create_checkout(sale)
    return OpenedCheckout(session.id, url=session.url)


async def _complete(
    tx: Transaction, *, user: UserId, order: Order, opened: OpenedCheckout, remember: Remember
) -> Order:
    """As the owner, for what waited in the inbox for the provider's id is applied with it."""
    await store.lock_keys(tx, lock_keys_of(order.provider, order.id, opened.provider_order_id))
    placed = await store.lock_order(tx, user, order.id)
    if placed is None:
        raise NotFound("The account was deleted while the order was being made.")
    completed = replace(placed, provider_order_id=opened.provider_order_id)
    await store.update_order(tx, completed)
    completed = await apply_waiting(tx, completed)
    await remember(tx, completed, opened)
    return completed


def _currency(package: CoinPackage, provider: Provider, wanted: str | None) -> str:
    if wanted is None:
        usual = _USUAL_CURRENCY[provider]
        return usual if usual in package.prices else min(package.prices)
    if wanted not in package.prices:
        raise _refusal("/currency", f"is none this package is sold in: {', '.join(sorted(package.prices))}")
    return wanted


def _refusal(pointer: str, what: str) -> InvalidRequest:
    return InvalidRequest(f"{pointer}: {what}.", errors=[FieldError(pointer, what)])


async def expire_unpaid_orders(db: Database) -> int:
    """Mark the orders that nobody paid within a day; how many there were. One sweep, safe beside others.

    It forbids nothing: a payment that is reported later is credited as any other.
    """

    async def batch(tx: Transaction, *, limit: int) -> int:
        return await store.expire_orders(tx, older_than_seconds=UNPAID_SECONDS, limit=limit)

    return await sweep(db, batch, rows_per_batch=ORDERS_PER_BATCH, batches_max=BATCHES_MAX)


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Take the person out of their orders; no row is deleted. For `run_system`: a row that is nobody's is not the
    user's to write. The orders stay, for the books; what is refunded later moves no coins of anybody. The inbox holds
    nothing of a person."""
    await store.unlink_orders(tx, user)
    return {}
