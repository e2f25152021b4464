"""The end of an account: nothing of the person is left, and nothing comes back."""

from collections.abc import AsyncIterator
from contextlib import suppress
from subprocess import PIPE
from typing import Any

import anyio
import pytest
from sqlalchemy import text

from service.accounts import operations as accounts
from service.accounts.model import UserNotFound
from service.adapters.local_postgres.binaries import find_installed
from service.credits import operations as credits
from service.credits.model import HoldId
from service.crm.jobs import operations as jobs
from service.crm.jobs.model import DuplicateJob, JobDetails
from service.crm.store import erasure
from service.custody import operations as custody
from service.emails.brief import Brief, Draft
from service.emails.offline import compose
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction, UserGone, acting_for
from service.kernel.errors import ServiceError
from service.kernel.identifiers import TenantId, UserId, personal_tenant
from service.postings import store
from service.postings.contexts import read_text
from service.postings.model import Refreshed
from tests.credits.wallets import BOB, assert_sound, balance, give, lines, reserve
from tests.custody.people import CANARY, PERSON, owner_of, plant_everywhere, pursue, settle_in, tables_of_users
from tests.emails.stories import World, acting, an_id, anyone, world
from tests.emails.stories import give as welcome
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio

WITHIN_SECONDS = 60

MINE = ("emails", "resumes", "usage", "idempotency_keys", "users")
MY_CRM = ("organizations", "jobs", "lead_events", "deals", "workspaces")


@pytest.fixture
async def house(db: Database) -> AsyncIterator[World]:
    async with anyio.create_task_group() as root:
        yield world(db, root.start_soon)
        root.cancel_scope.cancel()


async def dump(url: str) -> str:
    """The whole database as `pg_dump` writes it, in lower case."""
    directory = find_installed()
    assert directory
    done = await anyio.run_process([str(directory / "pg_dump"), "--dbname", url], stdout=PIPE)
    return done.stdout.decode().lower()


def is_in(canary: str, dumped: str) -> bool:
    """As text, or as the bytes of a bytea."""
    return canary.lower() in dumped or canary.encode().hex() in dumped


async def rows_of(db: Database, user: UserId) -> dict[str, int]:
    """How many rows of each table name the user."""
    tables = await tables_of_users(db)

    async def count(tx: Transaction) -> dict[str, int]:
        counted: dict[str, int] = {}
        for table in tables:
            statement = text(f"SELECT count(*) FROM {table} WHERE {owner_of(table)}")
            counted[table] = await tx.scalar(statement, {"user": user})
        return {table: rows for table, rows in counted.items() if rows}

    return await db.run_system(count)


async def test_no_canary_survives_in_a_dump(db: Database, database_url: str) -> None:
    await settle_in(db)
    await reserve(db, 2, user=PERSON)
    assert set(await rows_of(db, PERSON)) == await tables_of_users(db)
    planted = await plant_everywhere(db)
    assert {"users.email", "resumes.document", "emails.inputs", "emails.body", "usage_rows.calls"} <= planted
    assert "idempotency_keys.answer" in planted
    before = await dump(database_url)
    assert before.count(CANARY) > len(planted) / 2
    assert CANARY.encode().hex() in before
    deleted = await db.run_system(custody.erase, user=PERSON)
    assert deleted == {**dict.fromkeys((*MINE, *MY_CRM), 1), "lead_events": 2, "events": 6}
    after = await dump(database_url)
    assert "ledger_entries" in after
    assert not is_in(CANARY, after)
    assert not is_in(PERSON, after)
    await assert_sound(db)


async def test_the_address_of_a_shared_posting_is_not_kept(db: Database, database_url: str) -> None:
    """The page is everybody's and stays; what stands in the query of its address may be one person's."""
    address = f"https://jobs.example/1?applicant={CANARY}"
    context = await read_text("Engineer at Acme, Berlin", now=SystemClock().now(), url=address)
    await db.run_system(store.put_posting, address, Refreshed(context, bytes(32), is_unread=False), 1)
    assert not is_in(CANARY, await dump(database_url))
    stored = await db.run_system(store.find_posting, address, 60)
    assert stored is not None
    assert stored.context == context
    assert await db.run_system(store.find_posting, "https://jobs.example/1", 60) is None


async def test_the_ledger_stays_unlinked_and_every_charge_finds_its_tombstone(db: Database) -> None:
    await settle_in(db)
    await reserve(db, 2, user=PERSON)
    before = await lines(db)
    await db.run_system(custody.erase, user=PERSON)
    after = await lines(db)
    assert after[: len(before)] == before
    assert [line[0] for line in after[len(before) :]] == ["release"]  # the open hold

    async def left(tx: Transaction) -> tuple[Any, ...]:
        return (
            await tx.scalar(text("SELECT count(*) FROM email_tombstones")),
            await tx.scalar(text("SELECT count(*) FROM wallets WHERE user_id IS NULL AND held = 0")),
            await tx.scalar(text("SELECT count(*) FROM orders WHERE user_id IS NULL")),
        )

    assert await db.run_system(left) == (1, 1, 1)
    await assert_sound(db)


async def test_another_person_keeps_everything(db: Database) -> None:
    await settle_in(db)
    await settle_in(db, BOB)
    before = await rows_of(db, BOB)
    await db.run_system(custody.erase, user=PERSON)
    assert await rows_of(db, BOB) == before
    assert await balance(db, user=BOB) == (0, 9)
    await assert_sound(db)


async def test_coming_back_brings_no_coins(db: Database) -> None:
    await welcome(db, 10, user=PERSON)
    await db.run_system(custody.erase, user=PERSON)
    await welcome(db, 10, user=PERSON)
    assert await balance(db, user=PERSON) == (0, 0)
    await assert_sound(db)


async def test_a_second_erasure_finds_nobody(db: Database) -> None:
    await welcome(db, 10, user=PERSON)
    await db.run_system(custody.erase, user=PERSON)
    with pytest.raises(UserNotFound):
        await db.run_system(custody.erase, user=PERSON)


async def test_a_row_of_who_is_gone_is_refused_and_named(db: Database) -> None:
    with acting(PERSON), pytest.raises(UserGone) as refused:
        await db.run(credits.open_wallet, user=PERSON)
    assert refused.value.slug == "unknown-user"
    await give(db, 0)

    async def wrong_wallet(tx: Transaction) -> None:  # any other foreign key is a mistake of ours
        await tx.execute(text("INSERT INTO holds VALUES (gen_random_uuid(), 0, gen_random_uuid(), 1, 'open')"))

    with pytest.raises(Exception, match=r"null value|foreign key"):
        await db.run_system(wrong_wallet)


async def test_erased_while_a_letter_is_written_nothing_of_it_is_kept(house: World) -> None:
    db = house.db
    await welcome(db, 10, user=PERSON)

    async def erase_then_write(brief: Brief, /, **listeners: Any) -> Draft:
        await db.run_system(custody.erase, user=PERSON)
        return await compose.write(brief, **listeners)

    with anyio.fail_after(WITHIN_SECONDS), pytest.raises(UserGone):
        await house.generate(user=PERSON, writer=erase_then_write)
    assert await rows_of(db, PERSON) == {}
    assert [line[0] for line in await lines(db)] == ["grant", "reserve", "release"]
    await assert_sound(db)


async def test_erased_at_any_moment_of_a_generation_no_row_comes_back(house: World) -> None:
    db = house.db
    endings: list[str] = []
    for milliseconds in range(0, 60, 3):
        user = anyone(milliseconds)
        await welcome(db, 3, user=user)

        async def write(user: UserId = user) -> None:
            try:
                await house.generate(user=user)
                endings.append("written")
            except ServiceError as error:
                endings.append(error.slug)

        with anyio.fail_after(WITHIN_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(write)
                await anyio.sleep(milliseconds / 1000)  # no event can name a moment inside a statement
                await db.run_system(custody.erase, user=user)
        assert await rows_of(db, user) == {}, f"after {milliseconds} ms"
    assert set(endings) == {"written", "unknown-user"}
    assert await db.run_system(open_holds) == 0
    await assert_sound(db)


async def open_holds(tx: Transaction) -> int:
    return await tx.scalar(text("SELECT count(*) FROM holds WHERE state = 'open'"))


async def test_erasing_and_storing_at_once_end_in_one_of_both(db: Database) -> None:
    for number in range(5):
        user = anyone(number)
        await welcome(db, 3, user=user)
        with anyio.fail_after(WITHIN_SECONDS):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(lambda user=user: welcome(db, 3, user=user))
                await db.run_system(custody.erase, user=user)
    assert len(await lines(db)) == 5  # the welcomes, once each
    await assert_sound(db)


async def test_left_at_any_statement_the_person_is_whole(db: Database) -> None:
    await settle_in(db)
    await reserve(db, 1, user=PERSON)
    before = await rows_of(db, PERSON)

    async def unit(tx: Transaction) -> None:
        await tx.execute(text("RESET role"))
        await custody.erase(tx, user=PERSON)

    async def whole() -> None:
        assert await rows_of(db, PERSON) == before
        assert await balance(db, user=PERSON) == (1, 8)

    assert await cancelled_at_each_statement(db, unit, whole) >= 9


async def test_a_purchase_for_who_is_gone_is_refused(db: Database) -> None:
    """A payment that comes late must say so, not open a wallet for nobody."""
    await welcome(db, 0, user=PERSON)
    await db.run_system(custody.erase, user=PERSON)
    with pytest.raises(UserGone):
        await db.run_system(credits.purchase, user=PERSON, coins=5, reference="order:1")
    assert await db.run_system(credits.release, hold=HoldId(an_id(1))) is False
    assert await db.run_system(accounts.is_stored, PERSON) is False


async def test_what_several_people_share_stays_with_them(db: Database) -> None:
    await settle_in(db)
    shared = TenantId("the firm")
    with acting_for(PERSON, shared):
        job = await db.run(pursue, shared)
    await db.run_system(custody.erase, user=PERSON)
    with acting_for(BOB, shared):
        assert (await db.read(jobs.find_job, tenant=shared, job=job)).id == job


async def test_a_job_that_comes_late_is_refused(db: Database) -> None:
    """The caller was let in before the account was deleted; also where there never was a workspace."""
    for user in (PERSON, BOB):
        await welcome(db, 0, user=user)
    tenant = personal_tenant(PERSON)
    with acting(PERSON):
        await db.run(pursue, tenant)
    for user in (PERSON, BOB):
        await db.run_system(custody.erase, user=user)
        with acting(user), pytest.raises(UserGone):
            await db.run(pursue, personal_tenant(user))


async def test_erased_while_jobs_are_added_none_comes_back(db: Database) -> None:
    for milliseconds in range(0, 24, 3):
        user = anyone(milliseconds)
        await welcome(db, 0, user=user)

        async def add(user: UserId = user) -> None:
            with suppress(UserGone, DuplicateJob), acting(user):
                for _ in range(3):
                    await db.run(pursue, personal_tenant(user))

        with anyio.fail_after(WITHIN_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(add)
                await anyio.sleep(milliseconds / 1000)  # no event can name a moment inside a statement
                await db.run_system(custody.erase, user=user)
        assert await rows_of(db, user) == {}, f"after {milliseconds} ms"


async def test_many_jobs_go_in_statements_of_some(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "ROWS_PER_STATEMENT", 2)
    await welcome(db, 0, user=PERSON)
    tenant, now = personal_tenant(PERSON), SystemClock().now()
    details = [JobDetails(company="Acme", job_title=f"Engineer {number}") for number in range(5)]
    with acting(PERSON):
        await db.run(jobs.add_missing, tenant=tenant, jobs=details, canonical=str, now=now)
    deleted = await db.run_system(custody.erase, user=PERSON)
    assert (deleted["jobs"], deleted["lead_events"], deleted["organizations"]) == (5, 5, 1)
    assert await rows_of(db, PERSON) == {}
