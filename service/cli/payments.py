"""`overture payments`"""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import anyio

from service.cli import DONE, MISUSED, Refused, command_settings
from service.kernel.database import Database
from service.payments import operations
from service.payments.model import OPEN_OUTCOMES, Event
from service.resources import open_command_database
from service.settings import Settings


def payments(
    what: Literal["parked"], /, *, apply: str | None = None, backend: Literal["asyncio", "trio"] | None = None
) -> int:
    """List the payment events that could not be applied: those that wait for their order, and those to look at.

    Parameters
    ----------
    what
        `parked`: the events, one per line: id, outcome, provider, event, order, amount, reason.
    apply
        The id of an event to apply once more, by the same rules; exit code 1 if it still cannot be.
    backend
        The event loop; beats OVERTURE_BACKEND.
    """
    settings = command_settings(is_quiet=True, backend=backend)
    event = None if apply is None else _event_id(apply)
    return anyio.run(_parked, settings, event, backend=settings.backend)


async def _parked(settings: Settings, event: UUID | None) -> int:
    async with open_command_database(settings) as db:
        return await (_listed(db) if event is None else _applied(db, event))


async def _listed(db: Database) -> int:
    _print(await db.run_system(operations.parked))
    return DONE


async def _applied(db: Database, event: UUID) -> int:
    now = await db.run_system(operations.apply_again, event=event)
    _print([now])
    if now.outcome in OPEN_OUTCOMES:
        raise Refused(f"{event} still cannot be applied: {now.reason}")
    return DONE


def _print(events: Sequence[Event]) -> None:
    for event in events:
        said = event.occurrence
        order = event.order or said.order or said.provider_order_id or "-"
        money = f"{said.amount} {said.currency}" if said.amount is not None else "-"
        line = (event.id, event.outcome, said.provider, said.kind, said.event_id, order, money, event.reason or "-")
        print("\t".join(map(str, line)))


def _event_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(f"--apply {text!r}: is no event's id; the first column names them.", exit_code=MISUSED) from None
