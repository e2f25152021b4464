"""The tenant wall, with the first wall taken out: statements that filter by the victim, or by nobody, are run as
somebody else, and row-level security alone stands between."""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

import service
from service.access import store as keys
from service.accounts import store as accounts
from service.credits import store as credits
from service.credits.model import HoldId, TransactionKind
from service.crm.deals import store as deals
from service.crm.files import store as files
from service.crm.jobs.model import Wanted
from service.crm.jobs.store import jobs, listing
from service.crm.leads import store as leads
from service.crm.matching import store as matching
from service.crm.matching.store import Sought
from service.crm.model import DealId, Direction, JobId, OrganizationId, Status
from service.crm.organizations import store as organizations
from service.crm.organizations.model import OrganizationSort
from service.crm.store import erasure
from service.crm.store import tables as crm_tables
from service.custody import operations as custody
from service.emails import store as emails
from service.emails.model import EmailId
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import Listed, Window
from service.kernel.identifiers import UserId, personal_tenant
from service.payments import store as payments
from service.payments.model import OrderId
from service.resumes import store as resumes
from service.resumes.model import ResumeId
from tests.credits.wallets import acting, assert_sound, give, purchase, refund, reserve
from tests.custody.people import CANARY, PERSON, settle_in, tables_of_users

pytestmark = pytest.mark.anyio

STRANGER = UserId("stranger")
TENANT = personal_tenant(PERSON)

# Tables that show rows to everyone, or that nobody who acts for a user sees at all. Every other table has a policy by
# the user or the tenant.
OPEN_TO_ALL = {
    "packages": "what is sold is the same for everyone; SELECT alone is granted",
    "package_prices": "the same",
    "postings": "a public page is the same for everyone",
    "job_statuses": "the same seven for everyone; SELECT alone is granted",
    "email_tombstones": "INSERT alone is granted: nobody reads them back",
}
SYSTEM_ONLY = {
    "payment_events": "the inbox of webhooks is nobody's; no policy, so no row",
    "payment_reviews": "what operators decide about it, too",
}
ALEMBIC = {"alembic_version"}

# Looking things up that are no user's.
NOT_OF_A_USER = {
    "credits.find_package": "packages are for everyone",
    "credits.find_packages": "packages are for everyone",
    "custody.find_breaches": "for the owner: reads everything",
    "payments.find_event": "for the owner: the inbox",
    "payments.list_events": "for the owner: the inbox",
    "payments.lock_keys": "an advisory lock",
    "payments.lock_reviewable_event": "for the owner: the inbox",
    "payments.lock_orders_of_event": "for the owner: webhooks know no user",
    "payments.lock_waiting_events": "for the owner: the inbox",
    "postings.find_posting": "postings are for everyone",
}

Unit = Callable[[Transaction], Awaitable[Any]]


async def policies(tx: Transaction) -> dict[str, list[str]]:
    """Every table with the conditions of its policies; none where row-level security is off."""
    rows = await tx.rows(
        text("""
            SELECT relname, coalesce(array_agg(pg_get_expr(polqual, polrelid)) FILTER (WHERE relrowsecurity), '{}')
                AS conditions
            FROM pg_class LEFT JOIN pg_policy ON polrelid = pg_class.oid
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') GROUP BY relname
        """)
    )
    return {row.relname: [condition for condition in row.conditions if condition] for row in rows}


async def test_every_table_has_a_policy_by_user_or_tenant_or_says_why_not(db: Database) -> None:
    found = await db.run_system(policies)
    walled = {
        table
        for table, conditions in found.items()
        if conditions and all("overture.user" in one or "overture.tenant" in one for one in conditions)
    }
    assert set(found) - walled == set(OPEN_TO_ALL) | set(SYSTEM_ONLY) | ALEMBIC
    assert {table for table, conditions in found.items() if conditions == ["true"]} == set(OPEN_TO_ALL)


async def test_what_is_open_to_all_is_not_open_to_change(db: Database) -> None:
    async def writable(tx: Transaction) -> set[str]:
        rows = await tx.rows(
            text("""
                SELECT DISTINCT table_name FROM information_schema.role_table_grants
                WHERE grantee = 'overture_app' AND table_schema = 'public' AND privilege_type IN ('UPDATE', 'DELETE')
            """)
        )
        return {row.table_name for row in rows}

    assert await db.run_system(writable) & {*OPEN_TO_ALL, *SYSTEM_ONLY, *ALEMBIC} == {"postings"}  # refreshed by all


async def test_a_statement_that_filters_by_nobody_sees_nobody(db: Database) -> None:
    await settle_in(db)
    await reserve(db, 1, user=PERSON)
    await give(db, 0, user=STRANGER)
    tables = await tables_of_users(db) | {"holds", "ledger_transactions", "ledger_entries", "welcomes"}

    async def seen(tx: Transaction) -> dict[str, int]:
        return {table: await tx.scalar(text(f"SELECT count(*) FROM {table}")) for table in sorted(tables)}

    with acting(PERSON):
        assert all((await db.read(seen)).values())
    with acting(STRANGER):
        assert {table for table, rows in (await db.read(seen)).items() if rows} == {"users", "wallets"}  # its own
    nobody = UserId("never stored")
    with acting(nobody):
        assert not any((await db.read(seen)).values())


class Victim:
    """The ids of one person's things, and every look-up and change of every store, asked for by the victim's ids."""

    def __init__(self) -> None:
        self.ids: dict[str, Any] = {}
        self.claim = keys.Claim(uuid4(), PERSON, "POST", "/taken", "key", b"hash")

    async def settle_in(self, db: Database) -> None:
        await settle_in(db)
        await purchase(db, 5, user=PERSON)
        await refund(db, 1, user=PERSON)
        hold = await reserve(db, 1, user=PERSON)
        with acting(PERSON):
            await db.run(keys.claim, self.claim, lease_seconds=60)

        async def find(tx: Transaction) -> dict[str, Any]:
            found = {"hold": hold.id, "operation": hold.operation}
            for table in ("emails", "resumes", "orders", "jobs", "organizations", "deals"):
                found[table] = await tx.scalar(text(f"SELECT id FROM {table}"))
            found["url_hash"] = await tx.scalar(text("SELECT url_hash FROM jobs"))
            found["charged"] = await tx.scalar(text("SELECT hold_id FROM ledger_transactions WHERE kind = 'charge'"))
            return found

        self.ids = await db.run_system(find)

    def reads(self) -> dict[str, Unit]:
        ids, window = self.ids, Window(limit=10)
        email, resume = EmailId(ids["emails"]), ResumeId(ids["resumes"])
        order, hold = OrderId(ids["orders"]), HoldId(ids["hold"])
        grant = TransactionKind.GRANT
        return {
            **self.reads_of_the_crm(),
            "accounts.find_user": lambda tx: accounts.find_user(tx, PERSON),
            "accounts.has_user": lambda tx: accounts.has_user(tx, PERSON),
            "accounts.lock_user": lambda tx: accounts.lock_user(tx, PERSON),
            "credits.find_balance": lambda tx: credits.find_balance(tx, PERSON),
            "credits.find_charge": lambda tx: credits.find_charge(tx, HoldId(ids["charged"])),
            "credits.find_grant": lambda tx: credits.find_grant(tx, user=PERSON, kind=grant, reference="welcome"),
            "credits.find_hold": lambda tx: credits.find_hold(tx, hold),
            "credits.find_hold_by_operation": lambda tx: credits.find_hold_by_operation(
                tx, user=PERSON, operation=ids["operation"]
            ),
            "credits.find_refund": lambda tx: credits.find_refund(tx, user=PERSON, reference="refund:1"),
            "credits.find_transactions": lambda tx: credits.find_transactions(
                tx, user=PERSON, window=window, kind=None
            ),
            "credits.has_wallet": lambda tx: credits.has_wallet(tx, PERSON),
            "credits.lock_open_holds": lambda tx: credits.lock_open_holds(tx, PERSON),
            "emails.find_email": lambda tx: emails.find_email(tx, PERSON, email),
            "emails.find_inputs": lambda tx: emails.find_inputs(tx, PERSON, email),
            "emails.list_emails": lambda tx: emails.list_emails(tx, PERSON, status=None, search=None, window=window),
            "payments.find_order": lambda tx: payments.find_order(tx, PERSON, order),
            "payments.lock_order": lambda tx: payments.lock_order(tx, PERSON, order),
            "resumes.find_resume": lambda tx: resumes.find_resume(tx, user=PERSON, resume=resume),
            "resumes.has_resume": lambda tx: resumes.has_resume(tx, user=PERSON, resume=resume),
            "resumes.find_resumes": lambda tx: resumes.find_resumes(tx, user=PERSON, window=window),
        }

    def reads_of_the_crm(self) -> dict[str, Unit]:
        window, wanted, searched = Window(limit=10), Wanted(), Wanted(search=CANARY, status=Status.LEAD)
        job, deal = JobId(self.ids["jobs"]), DealId(self.ids["deals"])
        organization, sorts = OrganizationId(self.ids["organizations"]), (OrganizationSort.NAME, Direction.ASC)
        sought = Sought(CANARY, [], CANARY)
        return {
            "crm.find_deal": lambda tx: deals.find_deal(tx, TENANT, deal),
            "crm.find_deal_of": lambda tx: deals.find_deal_of(tx, TENANT, job),
            "crm.find_job": lambda tx: jobs.find_job(tx, TENANT, job),
            "crm.find_job_at": lambda tx: jobs.find_job_at(tx, TENANT, organization, CANARY),
            "crm.find_job_count": lambda tx: organizations.find_job_count(tx, TENANT, organization, limit=1),
            "crm.find_candidates": lambda tx: matching.find_candidates(tx, TENANT, [sought]),
            "crm.find_organization": lambda tx: organizations.find_organization(tx, TENANT, organization),
            "crm.find_organization_named": lambda tx: organizations.find_organization_named(tx, TENANT, CANARY),
            "crm.find_recent_resume_date": lambda tx: jobs.find_recent_resume_date(tx, TENANT),
            "crm.find_resembling": lambda tx: jobs.find_resembling(
                tx, TENANT, JobId(0), content_hash=None, url_hash=self.ids["url_hash"]
            ),
            "crm.list_deals": lambda tx: deals.list_deals(tx, TENANT, search=CANARY, status=None, window=window),
            "crm.list_history": lambda tx: leads.list_history(tx, TENANT, job, window=window),
            "crm.list_jobs": lambda tx: listing.list_jobs(tx, TENANT, wanted=wanted, window=window),
            "crm.list_jobs, searched": lambda tx: listing.list_jobs(tx, TENANT, wanted=searched, window=window),
            "crm.list_organizations": lambda tx: organizations.list_organizations(
                tx, TENANT, search=CANARY, sort=sorts[0], order=sorts[1], window=window
            ),
            "crm.lock_job": lambda tx: jobs.lock_job(tx, TENANT, job),
            "crm.lock_lead": lambda tx: deals.lock_lead(tx, TENANT, job),
            "crm.lock_organization": lambda tx: organizations.lock_organization(tx, TENANT, organization),
            "crm.lock_places_at": lambda tx: jobs.lock_places_at(tx, TENANT, organization),
            "crm.lock_workspace": lambda tx: erasure.lock_workspace(tx, PERSON),
            "crm.page_of_jobs": lambda tx: files.page_of_jobs(tx, TENANT, after=JobId(0)),
        }

    def changes(self) -> dict[str, Unit]:
        ids, now = self.ids, SystemClock().now()
        email, resume, hold = EmailId(ids["emails"]), ResumeId(ids["resumes"]), HoldId(ids["hold"])
        job, organization = JobId(ids["jobs"]), OrganizationId(ids["organizations"])
        return {
            "crm.delete_deal": lambda tx: deals.delete_deal(tx, TENANT, DealId(ids["deals"])),
            "crm.delete_rows, deals": lambda tx: erasure.delete_rows(tx, crm_tables.deals, PERSON),
            "crm.delete_rows, lead_events": lambda tx: erasure.delete_rows(tx, crm_tables.lead_events, PERSON),
            "crm.delete_job": lambda tx: jobs.delete_job(tx, TENANT, job),
            "crm.delete_rows, jobs": lambda tx: erasure.delete_rows(tx, crm_tables.jobs, PERSON),
            "crm.delete_organization": lambda tx: organizations.delete_organization(tx, TENANT, organization),
            "crm.delete_rows, organizations": lambda tx: erasure.delete_rows(tx, crm_tables.organizations, PERSON),
            "crm.delete_workspace": lambda tx: erasure.delete_workspace(tx, PERSON),
            "crm.insert_email": lambda tx: leads.insert_email(tx, TENANT, job, email=uuid4(), status="draft", now=now),
            "crm.update_deal": lambda tx: deals.update_deal(tx, TENANT, DealId(ids["deals"]), {"name": "x"}),
            "crm.update_job": lambda tx: jobs.update_job(tx, TENANT, job, {"notes": "x"}),
            "crm.update_organization": lambda tx: organizations.update_organization(
                tx, TENANT, organization, {"notes": "x"}
            ),
            "accounts.delete_user": lambda tx: accounts.delete_user(tx, PERSON),
            "credits.charge": lambda tx: credits.settle_hold(
                tx, hold=hold, charged=1, reference="x:1", even_if_expired=True
            ),
            "credits.insert_hold": lambda tx: credits.insert_hold(
                tx, user=PERSON, amount=0, operation=uuid4(), hold=HoldId(uuid4()), expires_in_seconds=60
            ),
            "credits.insert_refund": lambda tx: credits.insert_refund(tx, user=PERSON, amount=1, reference="x:1"),
            "emails.update_draft": lambda tx: emails.update_draft(
                tx, PERSON, email, values={"subject": "x"}, updated_at=now
            ),
            "emails.delete_email": lambda tx: emails.delete_email(tx, PERSON, email),
            "emails.delete_emails": lambda tx: emails.delete_emails(tx, PERSON),
            "keys.free": lambda tx: keys.free(tx, self.claim),
            "keys.erase": lambda tx: keys.erase(tx, PERSON),
            "resumes.delete_resume": lambda tx: resumes.delete_resume(tx, user=PERSON, resume=resume),
            "resumes.delete_resumes": lambda tx: resumes.delete_resumes(tx, PERSON),
        }


def is_empty(answer: Any) -> bool:
    if isinstance(answer, dict):
        return not any(answer.values())  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(answer, Listed):
        return not answer.rows and answer.counted == 0  # pyright: ignore[reportUnknownMemberType]
    return not (answer.balance or answer.debt) if hasattr(answer, "balance") else not answer


def lookups() -> set[str]:
    """Every function of a store that looks something up, as slice.function."""
    found: set[str] = set()
    for module in pkgutil.walk_packages(service.__path__, "service."):
        name = module.name.split(".")
        if "store" not in name[2:]:
            continue
        for function, value in inspect.getmembers(importlib.import_module(module.name), inspect.iscoroutinefunction):
            if function.startswith(("find_", "has_", "list_", "lock_", "page_")) and value.__module__ == module.name:
                found.add(f"{name[1]}.{function}")
    return found


def test_every_look_up_of_every_store_is_tried_or_is_of_no_user() -> None:
    victim = Victim()
    names = ("emails", "resumes", "orders", "hold", "operation", "charged", "jobs", "organizations", "deals")
    names += ("url_hash",)
    victim.ids = dict.fromkeys(names, UUID(int=0))
    assert lookups() == {name.partition(",")[0] for name in victim.reads()} | set(NOT_OF_A_USER)


async def test_nothing_comes_back_to_somebody_else(db: Database) -> None:
    victim = Victim()
    await victim.settle_in(db)
    await give(db, 0, user=STRANGER)
    for name, read in victim.reads().items():
        with acting(PERSON):  # the views of the CRM show the owner nothing: the wall is in them
            assert not is_empty(await (db.run if name.startswith("crm.") else db.run_system)(read)), name
        with acting(STRANGER):
            assert is_empty(await _nothing_where_denied(db, read)), name
    for export in custody.EXPORTS:
        with acting(PERSON):
            assert (await db.read(export.page, PERSON, None)).rows, export.name
        with acting(STRANGER):
            assert not (await db.read(export.page, PERSON, None)).rows, export.name


async def _nothing_where_denied(db: Database, read: Unit) -> Any:
    try:
        return await db.run(read)
    except Exception as error:
        if "permission denied" not in str(error):
            raise
        return None


async def test_nothing_is_changed_by_somebody_else(db: Database) -> None:
    victim = Victim()
    await victim.settle_in(db)
    await give(db, 0, user=STRANGER)
    before = await db.run_system(everything)
    for name, change in victim.changes().items():
        with acting(STRANGER):
            assert is_empty(await _nothing_where_denied(db, change)), name
    assert await db.run_system(everything) == before
    await assert_sound(db)


async def everything(tx: Transaction) -> dict[str, str]:
    """Every row of every table, as text."""
    tables = await policies(tx)
    return {
        table: await tx.scalar(text(f"SELECT string_agg(line::text, ';' ORDER BY line::text) FROM {table} AS line"))
        for table in sorted(tables)
    }
