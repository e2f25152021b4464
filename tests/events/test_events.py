"""Events are there with their cause or not at all, and for as long as they are kept."""

import anyio
import msgspec
import pytest
from sqlalchemy import text

from service import events
from service.credits import operations as credits
from service.credits.model import CreditsChanged, HoldId, TransactionKind
from service.events import Event, publish, purge_old_events
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import Identifiers, UserId
from tests.emails.stories import ADA, acting, give, world

pytestmark = pytest.mark.anyio

ids = Identifiers(SystemClock())


class Greeted(Event, frozen=True, tag="greeted"):
    name: str


async def told(db: Database, user: UserId = ADA) -> list[tuple[str, str]]:
    """The user's events in the order of their ids, each with its data as JSON."""

    async def read(tx: Transaction) -> list[tuple[str, str]]:
        statement = "SELECT type, data::text AS data FROM events WHERE user_id = :user ORDER BY xid, id"
        return [(row.type, row.data) for row in await tx.rows(text(statement), {"user": user})]

    return await db.run_system(read)


async def test_an_event_is_there_with_its_cause_or_not_at_all(db: Database) -> None:
    async def cause(tx: Transaction, *, fails: bool) -> None:
        await publish(tx, Greeted("Sam"), user=ADA)
        if fails:
            raise LookupError("no cause")

    with acting(ADA):
        with pytest.raises(LookupError):
            await db.run(cause, fails=True)
        await db.run(cause, fails=False)
    assert await told(db) == [("greeted", '{"name": "Sam"}')]


async def test_nobody_publishes_to_somebody_else(db: Database) -> None:
    with acting(UserId("eve")), pytest.raises(Exception, match="row-level security"):
        await db.run(publish, Greeted("Sam"), user=ADA)
    assert await told(db) == []


async def test_every_movement_of_coins_tells_what_the_user_has_now(db: Database) -> None:
    await give(db, 5)
    with acting(ADA):
        for amount, charged in ((2, 1), (3, 0)):
            hold = HoldId(ids.uuid7())
            await db.run(
                credits.reserve, user=ADA, amount=amount, operation=ids.uuid7(), hold=hold, expires_in_seconds=60
            )
            if charged:
                await db.run(credits.charge, hold=hold, amount=charged, reference="email:1")
            else:
                await db.run(credits.release, hold=hold)
        await db.run(credits.grant, user=ADA, amount=7, kind=TransactionKind.PURCHASE, reference="order 1")
        await db.run(credits.grant, user=ADA, amount=7, kind=TransactionKind.PURCHASE, reference="order 1")
    changes = [msgspec.json.decode(data, type=dict[str, int]) for _, data in await told(db)]
    assert {name for name, _ in await told(db)} == {"credits.changed"}
    found = [msgspec.convert({"type": "credits.changed", **change}, CreditsChanged) for change in changes]
    assert [(change.amount, change.available, change.reserved, change.balance) for change in found] == [
        (5, 5, 0, 5),
        (-2, 3, 2, 5),
        (-1, 4, 0, 4),
        (-3, 1, 3, 4),
        (3, 4, 0, 4),
        (7, 11, 0, 11),
    ]


async def test_a_generation_tells_of_its_email(db: Database) -> None:
    await give(db, 1)
    with acting(ADA):
        async with anyio.create_task_group() as root:
            email = await world(db, root.start_soon).generate()
            (data,) = [data for name, data in await told(db) if name == "email.status"]
            assert msgspec.json.decode(data) == {"email_id": str(email.id), "status": "draft"}
            root.cancel_scope.cancel()


async def test_events_are_kept_for_their_hours(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "EVENTS_PER_BATCH", 2)

    async def publish_all(tx: Transaction) -> None:
        statement = """
            INSERT INTO events (user_id, type, data, at)
            SELECT 'ada', 'greeted', '{}', now() - (hours + 0.5) * interval '1 hour' FROM generate_series(0, 6) AS hours
        """
        await tx.execute(text(statement))

    await db.run_system(publish_all)
    assert await purge_old_events(db, kept_hours=2) == 5
    assert len(await told(db)) == 2
