"""What custody does in the background."""

import structlog

from service.custody import operations as custody
from service.custody.model import Violation
from service.kernel.database import Database

_log = structlog.get_logger("overture.custody")


async def watch_invariants(db: Database, *, sweep_seconds: float) -> list[Violation]:
    """Check the invariants once and log each breach as an error (`invariant violated`: the alarm to watch for).

    Of several processes, one checks at a time; the others find nothing.
    """
    violations = await db.run_system(custody.check_alone, sweep_seconds=sweep_seconds)
    for violation in violations:
        _log.error("invariant violated", invariant=violation.name, must=violation.what, found=violation.detail)
    return violations
