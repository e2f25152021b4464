"""Each invariant is made false once, in a transaction that is rolled back, and must say so; then it is true again."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from service.credits.store import expire_holds
from service.crm.leads import operations as leads
from service.crm.model import Status
from service.custody import operations as custody
from service.custody import store
from service.custody.operations import INVARIANTS, Violation
from service.custody.store import DETAILS_MAX
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import personal_tenant
from tests.credits.wallets import (
    ADA,
    BOB,
    CAROL,
    acting,
    assert_sound,
    charge,
    give,
    purchase,
    refund,
    release,
    reserve,
)
from tests.custody.people import pursue
from tests.postgres import connected

pytestmark = pytest.mark.anyio

EMAIL, DELETED = UUID(int=1), UUID(int=2)


class _Undo(Exception):
    pass


async def violations_after(db: Database, *statements: str, sweep_seconds: float = 3600) -> list[Violation]:
    """What is found wrong after these statements, none of which stays. Constraints and triggers let them pass."""
    found: list[Violation] = []

    async def plant(tx: Transaction) -> None:
        await tx.execute(text("SET LOCAL session_replication_role = replica"))  # no foreign keys
        for statement in statements:
            await tx.execute(text(statement))
        found.extend(await custody.check(tx, sweep_seconds=sweep_seconds))
        raise _Undo

    with pytest.raises(_Undo):
        await db.run_system(plant)
    await assert_sound(db)
    return found


def no_checks(table: str) -> str:
    """Drops the CHECK constraints of a table (for the transaction that is rolled back)."""
    return f"""
        DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'c' LOOP
                EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', name);
            END LOOP;
        END $$
    """


async def a_day_s_work(db: Database) -> None:
    """A ledger with every kind of movement, one wallet in debt, an e-mail and a deleted one, each with its charge."""
    await give(db, 10)
    await give(db, 10, user=BOB)
    await charge(db, await reserve(db, 2), 1, f"email:{EMAIL}")
    await charge(db, await reserve(db, 1), 1, f"email:{DELETED}")
    await release(db, await reserve(db, 2))
    await reserve(db, 3)
    await reserve(db, 1, expires_in_seconds=-1)
    await db.run_system(expire_holds, limit=1)
    await give(db, 0, user=CAROL)
    await purchase(db, 5, user=CAROL)
    await refund(db, 7, user=CAROL)
    await db.run_system(_store_email)
    with acting(ADA):
        await db.run(_pursue)
    await assert_sound(db)


async def _pursue(tx: Transaction) -> None:
    tenant, now = personal_tenant(ADA), SystemClock().now()
    job = await pursue(tx, tenant)
    await leads.mark(tx, tenant=tenant, lead=job, status=Status.APPLIED, now=now)


async def _store_email(tx: Transaction) -> None:
    """Only what the invariants read; the other columns are the business of `emails`."""
    await tx.execute(text("SET LOCAL session_replication_role = replica"))
    rows = await tx.rows(
        text("""
            SELECT column_name AS name, data_type AS type FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = 'emails' AND is_nullable = 'NO' AND column_default IS NULL
        """)
    )
    values = {
        "text": "'draft'", "uuid": f"'{EMAIL}'", "bigint": "1", "integer": "1", "jsonb": "'{}'", "json": "'{}'",
        "timestamp with time zone": "now()",
    }  # fmt: skip
    columns = {row.name: values[row.type] for row in rows}
    columns |= {"id": f"'{EMAIL}'", "user_id": "'ada'", "charged": "1"}
    await tx.execute(text(f"INSERT INTO emails ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"))
    await tx.execute(text("INSERT INTO email_tombstones (id) VALUES (:id)"), {"id": DELETED})


ORDER = UUID(int=3)


def _order_and_lines(*lines: tuple[str, int], granted: int = 5, clawed_back: int = 0) -> str:
    """An order of ada's, and lines of the ledger about it: whose, and how many coins."""
    posted = [
        f"""
        line_{number} AS (
            INSERT INTO ledger_transactions (wallet_id, kind, amount, available_after, held_after, reference)
            SELECT id, {"'purchase'" if coins > 0 else "'refund'"}, {coins}, 0, 0,
                   '{"order" if coins > 0 else "refund"}:{ORDER}{"" if coins > 0 else ":3"}'
            FROM wallets WHERE user_id = '{user}'
        )"""
        for number, (user, coins) in enumerate(lines)
    ]
    sold = f"""
        sold AS (
            INSERT INTO orders (id, user_id, provider, payment_id, status, package_id, coins, amount, currency,
                                is_live, granted, clawed_back)
            VALUES ('{ORDER}', 'ada', 'stripe', 'pi_1', 'paid', 'plus', 5, 499, 'USD', false, {granted}, {clawed_back})
        )"""
    return f"WITH {', '.join([sold, *posted])} SELECT 1"


def _event_and_review(outcome: str, decision: str | None = None) -> str:
    """An event of this outcome, and what an operator decided about it."""
    kept = f"""
        kept AS (
            INSERT INTO payment_events (id, provider, event_id, type, kind, note, outcome, reason)
            VALUES (gen_random_uuid(), 'stripe', 'evt_1', 'x', 'paid', '', '{outcome}', '') RETURNING id
        )"""
    review = f"""
        review AS (
            INSERT INTO payment_reviews (id, event_id, decision, reason, coins)
            SELECT gen_random_uuid(), id, '{decision}', 'x', 0 FROM kept
        )"""
    return f"WITH {', '.join([kept, review] if decision else [kept])} SELECT 1"


CORRUPTIONS: dict[str, tuple[str, ...]] = {
    "ledger-transactions-sum-to-zero": (
        "UPDATE ledger_entries SET amount = amount + 1 WHERE account = 'revenue'",
        "DELETE FROM ledger_entries WHERE account = 'issuance'",
        "DELETE FROM ledger_entries WHERE transaction_id = (SELECT max(transaction_id) FROM ledger_entries)",
    ),
    "wallets-equal-their-entries": (
        "UPDATE wallets SET available = available + 1 WHERE user_id = 'ada'",
        "UPDATE wallets SET held = held - 1 WHERE user_id = 'ada'",
        "UPDATE wallets SET debt = debt - 1 WHERE user_id = 'carol'",
        "UPDATE ledger_entries SET amount = amount - 1 WHERE account = 'debt'",
        "UPDATE ledger_entries SET amount = 1 WHERE account = 'held' AND amount > 1",
    ),
    "statements-add-up": (
        "UPDATE ledger_transactions SET available_after = available_after + 1 WHERE kind = 'charge'",
        "UPDATE ledger_transactions SET held_after = held_after + 1 WHERE kind = 'release'",
        "UPDATE ledger_transactions SET debt_after = debt_after + 1 WHERE kind = 'refund'",
    ),
    "held-is-the-open-holds": (
        "UPDATE wallets SET held = held + 1 WHERE user_id = 'ada'",
        "UPDATE holds SET state = 'released', settled_at = now() WHERE state = 'open'",
    ),
    "leads-are-where-their-history-ends": (
        "UPDATE jobs SET status_id = 4",
        "DELETE FROM lead_events WHERE from_status_id = 1",
        "DELETE FROM lead_events",
        "UPDATE lead_events SET status_id = 3 WHERE from_status_id = 1",
    ),
    "histories-have-no-gap": (
        "UPDATE lead_events SET from_status_id = 3 WHERE from_status_id = 1",
        "UPDATE lead_events SET from_status_id = 2 WHERE from_status_id IS NULL AND kind = 'status'",
        "UPDATE lead_events SET status_id = 2 WHERE from_status_id IS NULL AND kind = 'status'",
        "DELETE FROM lead_events WHERE from_status_id IS NULL",
    ),
    "debts-are-paid-first": ("UPDATE wallets SET available = 1 WHERE user_id = 'carol'",),
    "movements-are-what-they-say": (
        "UPDATE ledger_transactions SET amount = amount + 1 WHERE kind = 'grant'",
        "UPDATE ledger_transactions SET amount = amount + 1 WHERE kind = 'refund'",
        "UPDATE ledger_entries SET account = 'issuance' WHERE account = 'sales'",
        "DELETE FROM ledger_entries WHERE account = 'refunds'",
    ),
    "nothing-is-negative": (
        "UPDATE wallets SET available = -1 WHERE user_id = 'bob'",
        "UPDATE wallets SET held = -1 WHERE user_id = 'bob'",
        "UPDATE wallets SET debt = -1 WHERE user_id = 'bob'",
        "UPDATE holds SET amount = -1 WHERE state = 'open'",
    ),
    "holds-are-reserved-and-settled-once": (
        "UPDATE holds SET state = 'charged' WHERE state = 'released'",
        "UPDATE holds SET state = 'open', settled_at = NULL WHERE state = 'charged'",
        "DELETE FROM ledger_transactions WHERE kind = 'reserve'",
        "UPDATE ledger_transactions SET amount = amount - 1 WHERE kind = 'reserve'",
        """
        INSERT INTO ledger_transactions (wallet_id, kind, hold_id, amount, available_after, held_after, reference)
        SELECT wallet_id, 'release', hold_id, 1, 0, 0, 'x' FROM ledger_transactions WHERE kind = 'charge' LIMIT 1
        """,
    ),
    "charges-are-within-their-holds": ("UPDATE ledger_transactions SET amount = -50 WHERE kind = 'charge'",),
    "operations-are-charged-once": (
        "UPDATE holds SET operation = (SELECT operation FROM holds WHERE state = 'open') WHERE state = 'charged'",
    ),
    "emails-have-their-charge": (
        f"UPDATE emails SET id = '{UUID(int=9)}'",
        "UPDATE emails SET charged = 2",
        "UPDATE emails SET charged = 0",
        "UPDATE emails SET user_id = 'bob'",
        "UPDATE ledger_transactions SET reference = (SELECT 'email:' || id FROM emails) WHERE kind = 'charge'",
    ),
    "charges-have-their-email": ("DELETE FROM emails", "DELETE FROM email_tombstones"),
    "holds-end-with-their-time": (
        "UPDATE holds SET expires_at = clock_timestamp() - interval '3601 seconds' WHERE state = 'open'",
    ),
    "payments-are-credited-once": (
        """
        INSERT INTO ledger_transactions (wallet_id, kind, amount, available_after, held_after, reference)
        SELECT id, 'purchase', 5, 0, 0, 'order:1' FROM wallets
        """,
    ),
    "orders-have-their-coins": (
        _order_and_lines(),
        _order_and_lines(("ada", 4)),
        _order_and_lines(("bob", 5)),
        _order_and_lines(("ada", 5), granted=0),
        _order_and_lines(("ada", 5), ("bob", 5)),
        _order_and_lines(("ada", 5), clawed_back=3),
        _order_and_lines(("ada", 5), ("ada", -3)),
    ),
    "orders-are-paid-by-one-payment-each": (
        """
        INSERT INTO orders (id, provider, payment_id, status, package_id, coins, amount, currency, is_live)
        SELECT gen_random_uuid(), 'stripe', 'pi_1', 'paid', 'plus', 5, 499, 'USD', false FROM generate_series(1, 2)
        """,
        """
        INSERT INTO payment_events (id, provider, event_id, type, kind, note, outcome, reason)
        SELECT gen_random_uuid(), 'stripe', 'evt_1', 'x', 'no_effect', '', 'ignored', '' FROM generate_series(1, 2)
        """,
    ),
    "reviews-are-carried-out": (
        _event_and_review("dismissed"),
        _event_and_review("parked", "accepted"),
        _event_and_review("applied", "dismissed"),
    ),
    "idempotency-keys-have-one-answer": (
        """
        INSERT INTO idempotency_keys (user_id, method, path, key, claim_id, body_hash, leased_until, expires_at,
                                      status, media_type, headers, answer)
        VALUES ('ada', 'POST', '/', 'k', gen_random_uuid(), '', now(), now(), 503, 'x', '', '')
        """,
        """
        INSERT INTO idempotency_keys (user_id, method, path, key, claim_id, body_hash, leased_until, expires_at, status)
        VALUES ('ada', 'POST', '/', 'k', gen_random_uuid(), '', now(), now(), 201)
        """,
    ),
}

UNGUARDED = (
    *(no_checks(table) for table in ("wallets", "holds", "ledger_transactions", "ledger_entries", "idempotency_keys")),
    "DROP INDEX ledger_transactions_once_per_hold",
    "DROP INDEX ledger_transactions_once_per_reference",
    "ALTER TABLE holds DROP CONSTRAINT holds_wallet_id_operation_key",
    "ALTER TABLE orders DROP CONSTRAINT orders_provider_payment_id_key",
    "ALTER TABLE payment_events DROP CONSTRAINT payment_events_provider_event_id_digest_key",
)


def test_every_invariant_has_a_corruption_that_breaks_it() -> None:
    assert set(CORRUPTIONS) == {invariant.name for invariant in INVARIANTS}


@pytest.mark.parametrize("name", CORRUPTIONS)
async def test_a_planted_corruption_is_found(db: Database, name: str) -> None:
    await a_day_s_work(db)
    for corruption in CORRUPTIONS[name]:
        found = await violations_after(db, *UNGUARDED, corruption)
        assert name in {violation.name for violation in found}, corruption
        assert all(violation.detail and violation.what for violation in found)


async def test_dropping_the_guards_alone_breaks_nothing(db: Database) -> None:
    await a_day_s_work(db)
    assert await violations_after(db, *UNGUARDED) == []


async def test_a_hold_may_outlive_its_expiry_by_the_sweep_period(db: Database) -> None:
    await give(db, 10)
    await reserve(db, expires_in_seconds=-5)
    assert await violations_after(db, sweep_seconds=60) == []
    (violation,) = await violations_after(db, sweep_seconds=1)
    assert violation.name == "holds-end-with-their-time"


async def test_a_ledger_full_of_breaches_says_only_so_many(db: Database) -> None:
    await give(db, 100)
    for _ in range(DETAILS_MAX + 5):
        await reserve(db)
    found = await violations_after(db, *UNGUARDED, "UPDATE ledger_transactions SET available_after = 0, held_after = 0")
    assert len([violation for violation in found if violation.name == "statements-add-up"]) == DETAILS_MAX


async def test_what_is_found_names_rows_and_nobody(db: Database) -> None:
    await a_day_s_work(db)
    corruption = "UPDATE wallets SET available = -1, held = -1"
    found = await violations_after(db, *UNGUARDED, corruption, f"-- {uuid4()}\nSELECT 1")
    assert found
    assert not [violation for violation in found if ADA in violation.detail.split() or "@" in violation.detail]


async def test_a_sound_ledger_is_passed_over_in_silence(db: Database) -> None:
    await give(db, 10)
    with capture_logs() as logs:
        assert not await custody.watch_invariants(db, sweep_seconds=60)
    assert logs == []


async def test_a_breach_is_logged_as_an_error_that_says_where(db: Database) -> None:
    await give(db, 10)

    async def steal(tx: Transaction) -> None:
        await tx.execute(text("UPDATE wallets SET available = available - 1"))

    await db.run_system(steal)
    with capture_logs() as logs:
        assert len(await custody.watch_invariants(db, sweep_seconds=60)) == 1
    (line,) = logs
    assert (line["log_level"], line["event"]) == ("error", "invariant violated")
    assert line["invariant"] == "wallets-equal-their-entries"
    assert "available 9 held 0 debt 0, by its entries 10 and 0 and 0" in line["found"]


async def test_of_two_that_check_at_once_one_does(db: Database, database_url: str) -> None:
    await give(db, 10)

    async def hold_and_try(tx: Transaction) -> tuple[bool, bool]:
        ours = await store.try_lock_checking(tx)
        return ours, await in_another_session()

    async def in_another_session() -> bool:
        async with connected(database_url) as other:
            return await other.fetchval(f"SELECT pg_try_advisory_xact_lock({store.CHECKING_LOCK})")

    assert await db.run_system(hold_and_try) == (True, False)
