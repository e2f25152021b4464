"""Finding jobs by company, compared fuzzily (`company_names`), and title, compared but for case and space."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from anyio.lowlevel import checkpoint

from service.crm.company_names import SAME_COMPANY, CompanyName, likeness
from service.crm.jobs import operations as jobs
from service.crm.jobs.model import title_key
from service.crm.jobs.operations import Canonical, Written
from service.crm.matching import store
from service.crm.matching.store import Candidate, Sought
from service.crm.model import JobId, Status
from service.kernel.database import Database, Transaction
from service.kernel.errors import Kind, NotFound, ServiceError
from service.kernel.identifiers import TenantId
from service.kernel.text import one_line

# Whoever was turned down, or was made an offer, has applied. Do Not Apply is a decision against it.
APPLIED = frozenset({Status.APPLIED, Status.INTERVIEWING, Status.OFFER, Status.ACCEPTED, Status.REJECTED})

FILTERED_MAX = 1_000
# Half a millisecond of ordinary names, five of hostile ones; then other tasks get their turn.
NAMES_AT_ONCE = 10
CANDIDATES_AT_ONCE = 50

# For one name, some milliseconds; those of the very name come first, and more than a few mean nothing.
JUDGED_MAX = 200

# Candidates that an ambiguity names: enough to choose from.
NAMED_MAX = 10


class AmbiguousCompany(ServiceError):
    """Several jobs could be meant; `candidates` names them, the likeliest first."""

    kind, slug, title = Kind.CONFLICT, "ambiguous-company", "Several companies could be meant"


class JobName(NamedTuple):
    company: str
    job_title: str


class Match(NamedTuple):
    """A job that is meant, and how like its company's name is to the one asked for (1: the same)."""

    job: JobId
    company: str
    status: Status
    likeness: float

    @property
    def is_applied(self) -> bool:
        return self.status in APPLIED


@dataclass(frozen=True, slots=True)
class Application:
    """Whether a job was applied to; the job that was found, and how like its company's name is."""

    applied: bool
    job: JobId | None = None
    match: float | None = None


async def find_application(tx: Transaction, *, tenant: TenantId, name: JobName) -> Application:
    """Was it applied to (`APPLIED`)? Of several jobs that could be meant, one that was; then the likeliest."""
    matches = await _find_matches(tx, tenant, name)
    if not matches:
        return Application(applied=False)
    best = max(matches, key=lambda match: (match.is_applied, match.likeness, -match.job))
    return Application(best.is_applied, best.job, best.likeness)


async def change_by_company(
    tx: Transaction,
    *,
    tenant: TenantId,
    name: JobName,
    changes: Mapping[str, Any],
    canonical: Canonical,
    now: datetime,
) -> Written:
    """Change the job that is meant, as `jobs.change` does. A company of the very name is meant before all others.

    Raises NotFound where there is none, AmbiguousCompany where there are several.
    """
    matches = await _find_matches(tx, tenant, name)
    exact = [match for match in matches if match.likeness == 1]
    meant = exact or matches
    if not meant:
        raise NotFound(f"There is no job {name.job_title} at {name.company}.")
    if len(meant) > 1:
        raise _ambiguous(name, meant)
    return await jobs.change(tx, tenant=tenant, job=meant[0].job, changes=changes, canonical=canonical, now=now)


async def not_applied_to(names: Sequence[JobName], *, db: Database, tenant: TenantId) -> list[JobName]:
    """Those of at most `FILTERED_MAX` jobs that were not applied to (`APPLIED`), as they were named and in order.

    One statement for all of them; others get their turn while names are compared.
    """
    asked: dict[JobName, CompanyName] = {}
    sought: list[Sought] = []
    for number, name in enumerate(names):
        if name not in asked:
            asked[name] = CompanyName.of(name.company)
            sought.append(_sought(asked[name], name.job_title))
        if number % NAMES_AT_ONCE == 0:
            await checkpoint()
    numbered = list(asked)
    found = await db.read(store.find_candidates, tenant, sought, statuses=APPLIED)
    applied: set[JobName] = set()
    for number, candidate in enumerate(found):
        name = numbered[candidate.number]
        if name not in applied and _likeness(asked[name], candidate) >= SAME_COMPANY:
            applied.add(name)
        if number % CANDIDATES_AT_ONCE == 0:
            await checkpoint()
    return [name for name in names if name not in applied]


async def _find_matches(tx: Transaction, tenant: TenantId, name: JobName) -> list[Match]:
    """Every job that could be meant, the likeliest first."""
    asked = CompanyName.of(name.company)
    found: dict[JobId, Candidate] = {}
    for candidate in (await store.find_candidates(tx, tenant, [_sought(asked, name.job_title)]))[:JUDGED_MAX]:
        found[candidate.job] = candidate
    matches = [Match(one.job, one.company, one.status, _likeness(asked, one)) for one in found.values()]
    return sorted(
        (match for match in matches if match.likeness >= SAME_COMPANY), key=lambda match: (-match.likeness, match.job)
    )


def _sought(company: CompanyName, job_title: str) -> Sought:
    return Sought(company.key, company.other_keys(), title_key(one_line(job_title)))


def _likeness(asked: CompanyName, found: Candidate) -> float:
    return likeness(asked, CompanyName.of(found.company, key=found.name_key))


def _ambiguous(name: JobName, matches: Sequence[Match]) -> AmbiguousCompany:
    candidates = [
        {"job_id": match.job, "company": match.company, "match": round(match.likeness, 2)}
        for match in matches[:NAMED_MAX]
    ]
    return AmbiguousCompany(
        f"{len(matches)} jobs of this title are at companies that could be {name.company}; name one of them.",
        extras={"candidates": candidates},
    )
