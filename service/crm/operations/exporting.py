"""Writing all jobs of a tenant into a file while it is sent."""

from collections.abc import Awaitable, Callable, Sequence

from service.crm.job_files import FiledJob
from service.crm.model import JobId
from service.crm.store.filing import page_of_jobs
from service.kernel.database import Database
from service.kernel.identifiers import TenantId


async def export_jobs(
    *,
    db: Database,
    tenant: TenantId,
    beginning: bytes,
    written: Callable[[Sequence[FiledJob]], bytes],
    write: Callable[[bytes], Awaitable[None]],
) -> None:
    """All of them, in the order in which they were added, behind `beginning`; no further is read ahead than one page.

    Each page is a transaction of its own, so nothing waits on the database while the reader is slow; a job that is
    changed meanwhile is there as it was or as it is.
    """
    page = await db.read(page_of_jobs, tenant, after=JobId(0))
    await write(beginning)
    while page:
        await write(written(page))
        page = await db.read(page_of_jobs, tenant, after=page[-1].id)
