"""How many statements a read costs: the same for one row as for fifty, at every endpoint of the whole service."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from sqlalchemy import text

from service.app import endpoints
from service.cli.openapi import declared_endpoints
from service.composition import build_services
from service.credits import operations as credits
from service.credits.model import TransactionKind
from service.crm.deals import operations as deals
from service.crm.jobs import operations as jobs
from service.crm.jobs.model import JobDetails
from service.crm.leads import operations as leads
from service.crm.model import JobId, Status
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Parameters, Statement, Transaction
from service.kernel.identifiers import Identifiers, personal_tenant
from service.resources import Resources
from service.resumes import operations as resumes
from service.resumes.model import ResumeId
from service.settings import Settings
from tests.emails.briefs import RESUME
from tests.emails.stories import ADA, acting, give, world
from tests.web.application import Parts

pytestmark = pytest.mark.anyio

FEW, MANY = 1, 50
MINE = personal_tenant(ADA)
NOW = SystemClock().now()

# GET endpoints whose answer is no row of the caller's, and why others are not counted.
NOT_COUNTED = {
    "/": "reads nothing",
    "/docs": "reads nothing",
    "/openapi.json": "reads nothing",
    "/problems/{slug}": "reads nothing",
    "/health": "one question to the database",
    "/health/live": "reads nothing",
    "/health/ready": "one question to the database",
    "/health/startup": "reads nothing",
    "/health/db-pool": "reads nothing",
    "/metrics": "reads nothing",
    "/debug/tasks": "reads nothing",
    "/api/job-context": "one page, fetched where it is not stored",
    "/api/github/repos/{owner}/{repo}": "asks GitHub",
    "/api/github/users/{login:path}/evidence": "asks GitHub",
    "/api/users/export": "reads each table page by page, a transaction each; its own tests see to it",
}
# Pages of a list, a search that has to look twice, and what is read besides.
VARIANTS = {
    "/api/emails": ("?search=e&status=draft",),
    "/api/jobs": (
        "?page=2&limit=1",
        "?orderBy=company&order=ASC",
        "?search=firm",
        "?status=lead&orderBy=resume",
        "?search=nowhere&page=3",
    ),
    "/api/jobs/applied": ("?company=Firm%201&job_title=Engineer",),
    "/api/leads": ("?status=lead", "?page=2&limit=1"),
    "/api/leads/{lead_id:int}/history": ("?page=2&limit=1",),
    "/api/organizations": ("?search=firm", "?orderBy=name"),
    "/api/deals": ("?search=offer",),
    "/api/jobs/export": ("?format=csv", "?format=jsonl"),
}
NEEDS_ITS_QUERY = {"/api/jobs/applied"}
# A setting and a page, of a file twice: the second is empty.
STATEMENTS_MAX = 4


class Counting(Transaction):
    def __init__(self, inner: Transaction, counted: "Counted") -> None:
        self._inner = inner
        self._counted = counted

    async def _run(self, statement: Statement, parameters: Parameters | None) -> Any:
        self._counted.statements += 1
        return await self._inner._run(statement, parameters)


class Counted(Database):
    """Passes units on, and counts them and their statements."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.units = self.statements = 0

    async def run(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        return await self._inner.run(self._counting(unit), *args, **kwargs)

    async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        return await self._inner.read(self._counting(unit), *args, **kwargs)

    async def run_system(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        return await self._inner.run_system(self._counting(unit), *args, **kwargs)

    def _counting(self, unit: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(tx: Transaction, /, *args: Any, **kwargs: Any) -> Any:
            return await unit(Counting(tx, self), *args, **kwargs)

        self.units += 1
        return counted


class Opened:
    """Resources as far as reads need them."""

    def __init__(self, db: Database) -> None:
        clock = SystemClock()
        self.db, self.clock, self.identifiers, self.settings = db, clock, Identifiers(clock), Settings()

    def __getattr__(self, _name: str) -> Any:
        return Unopened()


class Unopened:
    def __getattr__(self, _name: str) -> Any:
        return self

    def __call__(self, *_args: object, **_kwargs: object) -> Any:
        return self


async def fill(tx: Transaction, first: int, last: int) -> None:
    """So many jobs at as many companies, with deals; résumés; lines in a statement; moves of one lead."""
    now = NOW
    details = [JobDetails(company=f"Firm {n}", job_title="Engineer", resume_date=now) for n in range(first, last)]
    made = await jobs.add_missing(tx, tenant=MINE, jobs=details, canonical=str, now=now)
    identifiers = Identifiers(SystemClock())
    for number, job in enumerate(made, first):
        await deals.create(tx, tenant=MINE, values={"name": "Offer", "status": "open", "lead_id": job}, now=now)
        read = resumes.read_document(RESUME)
        await resumes.create(tx, user=ADA, resume=read, resume_id=ResumeId(identifiers.uuid7()), now=now)
        await credits.grant(tx, user=ADA, amount=1, kind=TransactionKind.GRANT, reference=f"gift {number}")
    lead = await first_job(tx)
    for move in range(first, last):
        status = Status.APPLIED if move % 2 else Status.OFFER
        await leads.mark(tx, tenant=MINE, lead=lead, status=status, now=now)


async def first_job(tx: Transaction) -> JobId:
    return await tx.scalar(text("SELECT min(id) FROM jobs"))


async def copy(tx: Transaction, table: str, copies: int) -> None:
    """So many more of the one row there is."""
    another = f"jsonb_populate_record({table}, jsonb_build_object('id', gen_random_uuid()))"
    made = f"SELECT {another} AS copied FROM {table}, generate_series(1, :copies)"
    await tx.execute(text(f"INSERT INTO {table} SELECT (copied).* FROM ({made}) AS made"), {"copies": copies})


async def ids(tx: Transaction) -> dict[str, Any]:
    """Of one row of each kind, by the names that paths give them."""
    job = await first_job(tx)
    found = {"job_id:int": job, "lead_id:int": job}
    for name, table in (("email_id:uuid", "emails"), ("resume_id:uuid", "resumes"), ("order_id:uuid", "orders")):
        found[name] = await tx.scalar(text(f"SELECT id FROM {table} LIMIT 1"))
    for name, table in (("organization_id:int", "organizations"), ("deal_id:int", "deals")):
        found[name] = await tx.scalar(text(f"SELECT min(id) FROM {table}"))
    return found


def counted_paths() -> list[str]:
    reads = [endpoint.path for endpoint in declared_endpoints() if endpoint.method == "GET"]
    assert set(NOT_COUNTED) <= set(reads)
    found = [path for path in reads if path not in NOT_COUNTED]
    return [f"{path}{more}" for path in found for more in _variants(path)]


def _variants(path: str) -> tuple[str, ...]:
    more = VARIANTS.get(path, ())
    return more if path in NEEDS_ITS_QUERY else ("", *more)


async def measured(db: Database) -> dict[str, tuple[int, int]]:
    """The transactions and the statements of each read."""
    counted, known = Counted(db), await db.run_system(ids)
    resources = cast("Resources", Opened(counted))
    served = endpoints(resources, build_services(resources))
    found: dict[str, tuple[int, int]] = {}
    async with Parts(db=counted).client(*served) as client:
        await client.get("/api/users/me")  # and Ada is known from now on
        calls = [("GET", path, None) for path in counted_paths()]
        names = [{"company": f"Firm {number}", "job_title": "Engineer"} for number in range(await rows(db))]
        for method, path, body in (*calls, ("POST", "/api/jobs/filter", {"jobs": names})):
            counted.units = counted.statements = 0
            address = path
            for name, value in known.items():
                address = address.replace(f"{{{name}}}", str(value))
            answer = await client.request(method, address, json=body)
            assert answer.status_code == 200, (path, answer.text)
            found[path] = counted.units, counted.statements
    return found


async def rows(db: Database) -> int:
    async def count(tx: Transaction) -> int:
        return await tx.scalar(text("SELECT count(*) FROM jobs"))

    return await db.run_system(count)


async def test_a_read_costs_the_same_for_one_row_as_for_fifty(db: Database) -> None:
    await give(db, 5)
    with acting(ADA):
        await world(db, Unopened()).generate()
        await db.run(fill, 0, FEW)
    await db.run_system(order)
    few = await measured(db)
    with acting(ADA):
        await db.run(fill, FEW, MANY)
    for table in ("emails", "orders"):
        await db.run_system(copy, table, MANY - FEW)
    many = await measured(db)
    assert many == few
    assert max(statements for _, statements in many.values()) <= STATEMENTS_MAX
    assert min(units for path, (units, _) in many.items() if path != "/api/jobs/statuses") > 0


async def order(tx: Transaction) -> None:
    await tx.execute(
        text("""
            INSERT INTO orders (id, user_id, provider, status, package_id, coins, amount, currency, is_live)
            VALUES (gen_random_uuid(), :user, 'stripe', 'created', 'starter', 25, 499, 'EUR', false)
        """),
        {"user": ADA},
    )
