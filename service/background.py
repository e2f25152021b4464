"""The whole table of background work. It runs in every serving process, each piece safe beside its like (SKIP LOCKED,
or an advisory lock), until a worker process exists to take it."""

import math
from collections.abc import Sequence
from functools import partial

from service.access.idempotency import purge_idempotency_keys
from service.credits.operations import sweep_expired_holds
from service.custody.operations import watch_invariants
from service.events import purge_old_events
from service.kernel.supervision import BackgroundTask, Lasting, Periodic
from service.kernel.telemetry.metrics import watch_event_loop
from service.payments.operations import expire_unpaid_orders
from service.payments.store import count_open_events
from service.resources import Resources

# The statements read whole tables: often enough to hear of a breach within minutes, rarely enough to cost nothing.
INVARIANTS_EVERY_SECONDS = 300.0
# All of them, one after another: some seven seconds for each million entries of the ledger.
INVARIANTS_TAKE_SECONDS = 300.0
# A hold may outlive its expiry by one period of the sweeper and the time one sweep takes.
SWEEP_TAKES_SECONDS = 60.0
# An issuer publishes a new key some time before it signs with it.
KEYS_EVERY_SECONDS = 300.0
# A Redis that restarts is used again within about a second; a dead one costs one refused connection in each.
RECONNECT_EVERY_SECONDS = 1.0
# An unpaid order lives a day; an hour more does no harm.
ORDERS_EVERY_SECONDS = 3600.0
# As often as a scrape of the metrics; one index of few rows.
PAYMENTS_EVERY_SECONDS = 60.0
# Idempotency keys and events live a day; an hour more does no harm.
PURGE_EVERY_SECONDS = 3600.0


def background_tasks(resources: Resources) -> Sequence[BackgroundTask]:
    """Everything that runs beside the requests of a serving process."""
    own: list[BackgroundTask] = [Lasting("event loop watch", partial(watch_event_loop, resources.metrics))]
    count_payments = partial(count_payment_events, resources)
    own.append(Periodic("count payment events", count_payments, every_seconds=PAYMENTS_EVERY_SECONDS))
    if resources.refresh_keys is not None:
        own.append(Periodic("refresh signing keys", resources.refresh_keys, every_seconds=KEYS_EVERY_SECONDS))
    if resources.shared.keep_redis is not None:
        own.append(
            Periodic(
                "stay connected to redis",
                resources.shared.keep_redis,
                every_seconds=RECONNECT_EVERY_SECONDS,
                timeout_seconds=math.inf,
            )
        )
    return (*sweepers(resources), *own)


def sweepers(resources: Resources) -> Sequence[Periodic]:
    """What must happen again and again somewhere, whoever does it."""
    db, sweep_seconds = resources.db, resources.settings.sweep_seconds
    return (
        Periodic(
            "expire holds",
            partial(sweep_expired_holds, db),
            every_seconds=sweep_seconds,
            timeout_seconds=SWEEP_TAKES_SECONDS,
        ),
        Periodic("expire unpaid orders", partial(expire_unpaid_orders, db), every_seconds=ORDERS_EVERY_SECONDS),
        Periodic("purge idempotency keys", partial(purge_idempotency_keys, db), every_seconds=PURGE_EVERY_SECONDS),
        Periodic(
            "purge old events",
            partial(purge_old_events, db, kept_hours=resources.settings.events_kept_hours),
            every_seconds=PURGE_EVERY_SECONDS,
        ),
        Periodic(
            "check invariants",
            partial(check_invariants, resources),
            every_seconds=INVARIANTS_EVERY_SECONDS,
            timeout_seconds=INVARIANTS_TAKE_SECONDS,
        ),
    )


async def check_invariants(resources: Resources) -> None:
    """Once, on a connection of its own: it reads whole tables, and nobody is to wait for its place in the pool."""
    async with resources.survey() as db:
        await watch_invariants(db, sweep_seconds=hold_overtime_seconds(resources.settings.sweep_seconds))


async def count_payment_events(resources: Resources) -> None:
    """For the metrics: what waits for an operator."""
    for outcome, events in (await resources.db.run_system(count_open_events)).items():
        resources.metrics.waiting_for_operator.labels(f"payment events, {outcome}").set(events)


def hold_overtime_seconds(sweep_seconds: float) -> float:
    """How long past its expiry a hold may still be open."""
    return sweep_seconds + SWEEP_TAKES_SECONDS
