"""A person with something in every table, each word of it a canary."""

from uuid import uuid4

import anyio
from sqlalchemy import text

from service.access import store as keys
from service.access.store import Answer
from service.accounts import operations as accounts
from service.crm.deals import operations as deals
from service.crm.jobs import operations as jobs
from service.crm.jobs.model import JobDetails
from service.crm.leads import operations as leads
from service.crm.model import DealStatus, JobId
from service.emails.model import Recruiter
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import TenantId, UserId, personal_tenant
from service.resumes import operations as resumes
from service.resumes.model import ResumeId
from tests.emails.stories import REQUEST, acting, replace, world

CANARY = "kanarienvogel7f3a"
PERSON = UserId(f"{CANARY}-id")
RESUME = {"basics": {"name": CANARY}, "work": [{"name": CANARY, "highlights": [f"did {CANARY}"]}]}

# Tables that keep a row of a person without the person: only the link to the user may name them.
UNLINKED = frozenset({"wallets", "orders"})
TABLES_OF_TENANTS = frozenset({"workspaces", "organizations", "jobs", "deals", "lead_events"})

_ORDER = """
    INSERT INTO orders (id, user_id, provider, status, package_id, coins, amount, currency, is_live)
    VALUES (gen_random_uuid(), :user, 'stripe', 'created', 'starter', 25, 499, 'EUR', false)
"""


async def settle_in(db: Database, user: UserId = PERSON) -> None:
    """Do what a person does: sign up, store a résumé, pursue a job, have an e-mail written under a key, order coins,
    hold some."""
    with acting(user):
        await db.run(accounts.store, user=user, email=f"{CANARY}@example.com", display_name=CANARY, welcome_coins=10)
        now = SystemClock().now()
        resume = resumes.read_document(RESUME)
        await db.run(resumes.create, user=user, resume=resume, resume_id=ResumeId(uuid4()), now=now)
        claim = keys.Claim(uuid4(), user, "POST", "/api/emails/generate", CANARY, b"hash")
        await db.run(keys.claim, claim, lease_seconds=60)

        async def remember(tx: Transaction, _email: object) -> None:
            await keys.remember(tx, claim, Answer(201, f'{{"body":"{CANARY}"}}'.encode()))

        await db.run(pursue, personal_tenant(user))
        request = replace(
            REQUEST,
            recruiter=Recruiter(CANARY, f"{CANARY}@example.com", CANARY, CANARY),
            instructions=CANARY,
            job_text=f"{REQUEST.job_text}\n{CANARY}",
            resume=RESUME,
        )
        async with anyio.create_task_group() as root:
            await world(db, root.start_soon).generate(request, user=user, remember=remember)
            root.cancel_scope.cancel()

    async def order(tx: Transaction) -> None:
        await tx.execute(text(_ORDER), {"user": user})

    await db.run_system(order)


async def pursue(tx: Transaction, tenant: TenantId) -> JobId:
    """Add a job, with an e-mail in its lead's history and a deal."""
    now = SystemClock().now()
    said = dict.fromkeys(("job_url", "salary_range", "notes", "source"), CANARY)
    details = JobDetails(company=CANARY, job_title=CANARY, description=f"{CANARY} " * 20, resume_date=now, **said)
    job = (await jobs.create(tx, tenant=tenant, details=details, canonical=str, now=now)).job.id
    assert await leads.note_email(tx, tenant=tenant, lead=job, email=uuid4(), status="draft", now=now)
    deal = {"name": CANARY, "status": DealStatus.OPEN, "notes": CANARY, "lead_id": job}
    await deals.create(tx, tenant=tenant, values=deal, now=now)
    return job


def owner_of(table: str) -> str:
    """The SQL for the rows of `:user`."""
    if table in TABLES_OF_TENANTS:
        return "tenant_id = 'user:' || :user"
    return "id = :user" if table == "users" else "user_id = :user"


async def tables_of_users(db: Database) -> set[str]:
    """Every table with a foreign key to `users`, and `users`; and those of the tenant that a person is."""

    async def find(tx: Transaction) -> set[str]:
        rows = await tx.rows(
            text("""
                SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint
                WHERE contype = 'f' AND confrelid = 'public.users'::regclass
            """)
        )
        of_tenants = await tx.rows(
            text("""
                SELECT table_name AS name FROM information_schema.columns JOIN information_schema.tables
                    USING (table_schema, table_name)
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'tenant_id'
            """)
        )
        assert {row.name for row in of_tenants} == TABLES_OF_TENANTS
        return {"users", "events", *(row.name for row in rows), *TABLES_OF_TENANTS}

    return await db.run_system(find)


async def plant_everywhere(db: Database, user: UserId = PERSON) -> set[str]:
    """Put the canary into every field of the user's rows that takes it; the fields, as table.column."""
    planted: set[str] = set()
    for table in await tables_of_users(db) - UNLINKED:
        for column, kind in await db.run_system(_columns, table):
            if await _plant(db, table, column, kind, user):
                planted.add(f"{table}.{column}")
    return planted


async def _columns(tx: Transaction, table: str) -> list[tuple[str, str]]:
    rows = await tx.rows(
        text("""
            SELECT column_name, data_type FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = :table AND is_generated = 'NEVER'
                AND data_type IN ('text', 'json', 'jsonb', 'bytea')
        """),
        {"table": table},
    )
    return [(row.column_name, row.data_type) for row in rows]


async def _plant(db: Database, table: str, column: str, kind: str, user: UserId) -> bool:
    value = {"bytea": f"'{CANARY}'::bytea", "text": f"'{CANARY}'"}.get(kind, f"""'["{CANARY}"]'""")

    async def plant(tx: Transaction) -> int:
        return await tx.execute(text(f"UPDATE {table} SET {column} = {value} WHERE {owner_of(table)}"), {"user": user})

    if column in {"user_id", "tenant_id"} or (table, column) == ("users", "id"):
        return False
    try:
        rows = await db.run_system(plant)
    except Exception as error:
        if "violates check constraint" not in str(error):
            raise
        return False
    assert rows, f"nothing of the person is in {table}: let `settle_in` put something there"
    return True
