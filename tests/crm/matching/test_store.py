"""Where names are looked for: in a few places of an index, whatever the tenant has; and what is found there."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from service.crm.company_names import SAME_COMPANY, CompanyName, likeness
from service.crm.matching import store as matching
from service.crm.matching.store import Sought, find_candidates
from service.crm.model import Status
from service.kernel.database import Database, Parameters, Statement, Transaction
from service.kernel.identifiers import TenantId
from tests.emails.stories import ADA, acting

pytestmark = pytest.mark.anyio

TENANT = TenantId(f"user:{ADA}")
ORGANIZATIONS = 3_000
# Beginnings and ends are shared by many, as those of companies are.
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ro", "su", "ster", "tron", "qui")


def made_up(count: int) -> list[str]:
    chosen = random.Random(17)
    names: set[str] = set()
    while len(names) < count:
        words = ["".join(chosen.choices(SYLLABLES, k=chosen.randint(2, 4))) for _ in range(chosen.choice((1, 1, 2)))]
        names.add(" ".join(words))
    return sorted(names)


NAMES = made_up(ORGANIZATIONS)


@pytest.fixture
async def crowded(db: Database) -> Database:
    """A tenant with many organizations, each with one job that was applied to."""

    async def fill(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO workspaces (tenant_id) VALUES (:tenant)"), {"tenant": TENANT})
        await tx.execute(FILL_ORGANIZATIONS, {"tenant": TENANT, "names": NAMES})
        await tx.execute(FILL_JOBS)
        await tx.execute(text("ANALYZE organizations, jobs"))

    await db.run_system(fill)
    return db


FILL_ORGANIZATIONS = text("""
    INSERT INTO organizations (tenant_id, name, name_key, created_at, updated_at)
    SELECT :tenant, name, name, now(), now() FROM unnest(CAST(:names AS text[])) AS name
""")
FILL_JOBS = text("""
    INSERT INTO jobs (tenant_id, organization_id, company, job_title, title_key, status_id, created_at, updated_at)
    SELECT tenant_id, id, name, 'CTO', 'cto', 2, now(), now() FROM organizations
""")


def sought(name: str) -> Sought:
    company = CompanyName.of(name)
    return Sought(company.key, company.other_keys(), "cto")


def slipped(name: str, chosen: random.Random) -> str:
    """With two letters inside a word swapped, one left out, one doubled, or a space put in."""
    words = name.split()
    number = chosen.randrange(len(words))
    word = words[number]
    at = chosen.randint(1, len(word) - 3) if len(word) > 3 else 1
    words[number] = chosen.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            f"{word[:at]} {word[at:]}",
        )
    )
    return " ".join(words)


async def test_whatever_one_slip_makes_of_a_name_is_found(crowded: Database) -> None:
    chosen = random.Random(23)
    asked: list[tuple[str, str]] = []
    for name in chosen.sample(NAMES, 700):
        other = slipped(name, chosen)
        if len(other.replace(" ", "")) > 6 and likeness(CompanyName.of(name), CompanyName.of(other)) >= SAME_COMPANY:
            asked.append((name, other))
    assert len(asked) > 400
    with acting(ADA):
        found = await crowded.read(find_candidates, TENANT, [sought(other) for _, other in asked])
    pairs = {(candidate.number, candidate.company) for candidate in found}
    assert [asked[number] for number, (name, _) in enumerate(asked) if (number, name) not in pairs] == []
    assert len(found) < 10 * len(asked)


class Explaining(Transaction):
    """Explains what it is asked instead of running it."""

    def __init__(self, inner: Transaction) -> None:
        self._connection = inner._connection
        self.plans: list[str] = []

    async def rows(self, statement: Statement, parameters: Parameters | None = None) -> Sequence[Any]:
        compiled = cast("Any", statement).compile(dialect=postgresql.asyncpg.dialect())
        asked: dict[str, Any] = {**compiled.params, **cast("Mapping[str, Any]", parameters or {})}
        raw: Any = (await self._connection.get_raw_connection()).driver_connection
        plan = await raw.fetch(f"EXPLAIN {compiled}", *(asked[name] for name in compiled.positiontup))
        self.plans.append("\n".join(row[0] for row in plan))
        return []


async def test_no_table_is_read_through(crowded: Database) -> None:
    async def explained(tx: Transaction) -> list[str]:
        explaining = Explaining(tx)
        for count in (1, 100, 1_000):
            await find_candidates(explaining, TENANT, [sought(name) for name in NAMES[:count]])
        return explaining.plans

    with acting(ADA):
        plans = await crowded.read(explained)
    assert len(plans) == 3  # one statement each, however many names
    for plan in plans:
        assert "Seq Scan" not in plan
        for index in ("organizations_by_beginning", "organizations_by_ending", "jobs_organization_id_title_key_key"):
            assert index in plan


async def test_where_many_are_found_those_of_the_very_name_come_first(
    crowded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "FOUND_MAX", 5)
    monkeypatch.setattr(matching, "_CANDIDATES", matching._statement())  # pyright: ignore[reportPrivateUsage]
    long = [name for name in NAMES if len(name) > 9]
    swapped = [sought(name[:4] + name[5] + name[4] + name[6:]) for name in long[:50]]
    asked = swapped + [sought(name) for name in long[50:55]]
    with acting(ADA):
        found = await crowded.read(find_candidates, TENANT, asked, statuses=[Status.APPLIED])
        none = await crowded.read(find_candidates, TENANT, asked, statuses=[Status.OFFER])
        unbound = await crowded.read(find_candidates, TENANT, asked[:1])
    assert sorted(one.company for one in found) == long[50:55]
    assert none == []
    assert long[0] in {one.company for one in unbound}
