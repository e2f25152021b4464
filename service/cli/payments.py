"""`overture payments`: what providers reported that waits for its order, or for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import anyio

from service.cli import DONE, MISUSED, Refused, command_settings
from service.kernel.clock import SystemClock
from service.kernel.database import Database
from service.kernel.database.paging import COUNTED_MAX, Window
from service.kernel.identifiers import Identifiers
from service.payments import operations, store
from service.payments.model import OPEN_OUTCOMES, InboxEvent, OrderId, Outcome
from service.resources import open_command_database
from service.settings import Settings

EVENTS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class _Options:
    outcomes: Sequence[Outcome]
    page: int
    verb: Literal["list", "apply", "accept", "dismiss"]
    event: UUID
    reason: str
    order: OrderId | None


def payments(
    what: Literal["parked", "unmatched"] = "parked",
    /,
    *,
    page: int = 1,
    apply: str | None = None,
    accept: str | None = None,
    dismiss: str | None = None,
    reason: str | None = None,
    order: str | None = None,
    backend: Literal["asyncio", "trio"] | None = None,
) -> int:
    """List the payment events that could not be applied, the flagged first and of each the newest first; decide them.

    A flagged event contradicts its order, and a person has to look at it; a parked one names an order that is not
    known or not paid yet. Each line: id, outcome, provider, event, its id, order, amount, reason.

    Parameters
    ----------
    what
        `parked`: those, and the flagged; `unmatched`: those that name no order of ours, which nobody needs to look at.
    page
        Which page of the list.
    apply
        The id of an event to apply once more, by the same rules; exit code 1 if it still cannot be.
    accept
        The id of an event to apply though the rules would not: it is the order's, whatever differs. Needs --reason.
    dismiss
        The id of an event to close without applying it. Needs --reason.
    reason
        Why it is accepted or dismissed; kept in the books with the decision. Names no person.
    order
        The id of the order that an accepted event is about, where it names none or several.
    backend
        The event loop; beats OVERTURE_BACKEND.
    """
    options = _parse_options(what, page, {"apply": apply, "accept": accept, "dismiss": dismiss}, reason, order)
    settings = command_settings(is_quiet=True, backend=backend)
    return anyio.run(_run, settings, options, backend=settings.backend)


def _parse_options(
    what: str, page: int, verbs: dict[str, str | None], reason: str | None, order: str | None
) -> _Options:
    given = [(verb, text) for verb, text in verbs.items() if text is not None]
    if len(given) > 1:
        raise Refused("--apply, --accept and --dismiss exclude one another.", exit_code=MISUSED)
    if page < 1:
        raise Refused("--page counts from 1.", exit_code=MISUSED)
    verb, text = given[0] if given else ("list", None)
    if (verb in ("accept", "dismiss")) != (reason is not None):
        raise Refused("--accept and --dismiss need a --reason, and nothing else takes one.", exit_code=MISUSED)
    if order is not None and verb != "accept":
        raise Refused("--order belongs to --accept.", exit_code=MISUSED)
    event = UUID(int=0) if text is None else _id(f"--{verb}", text, "no event's id; the first column names them")
    named = None if order is None else OrderId(_id("--order", order, "no order's id"))
    outcomes = OPEN_OUTCOMES if what == "parked" else (Outcome.UNMATCHED,)
    return _Options(outcomes, page, verb, event, reason or "", named)  # pyright: ignore[reportArgumentType]  (one of the verbs)


async def _run(settings: Settings, options: _Options) -> int:
    async with open_command_database(settings) as db:
        return await (_list(db, options) if options.verb == "list" else _decide(db, options))


async def _list(db: Database, options: _Options) -> int:
    window = Window(limit=EVENTS_PER_PAGE, offset=(options.page - 1) * EVENTS_PER_PAGE)
    listed = await db.run_system(store.list_events, window=window, outcomes=options.outcomes)
    _print(listed.rows[:EVENTS_PER_PAGE])
    if len(listed.rows) > EVENTS_PER_PAGE:
        counted = f"{COUNTED_MAX} or more" if listed.counted > COUNTED_MAX else listed.counted
        print(f"page {options.page} of {counted} events; the next: --page {options.page + 1}")
    return DONE


async def _decide(db: Database, options: _Options) -> int:
    review = Identifiers(SystemClock()).uuid7()
    if options.verb == "accept":
        now = await db.run_system(
            operations.accept, id=options.event, reason=options.reason, order=options.order, review=review
        )
    elif options.verb == "dismiss":
        now = await db.run_system(operations.dismiss, id=options.event, reason=options.reason, review=review)
    else:
        now = await db.run_system(operations.apply_again, id=options.event)
    _print([now])
    if now.outcome in OPEN_OUTCOMES:
        raise Refused(f"{options.event} still cannot be applied: {now.reason}")
    return DONE


def _print(events: Sequence[InboxEvent]) -> None:
    for kept in events:
        event = kept.event
        order = kept.order or event.order or event.provider_order_id or "-"
        money = f"{event.amount} {event.currency}" if event.amount is not None else "-"
        line = (kept.id, kept.outcome, event.provider, event.type, event.event_id, order, money, kept.reason or "-")
        print("\t".join(map(str, line)))


def _id(option: str, text: str, wrong: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(f"{option} {text!r}: is {wrong}.", exit_code=MISUSED) from None
