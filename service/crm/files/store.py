"""Statements for files of jobs: all of a tenant in pages, and plans for tables that grow."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, func, literal_column, select, text

from service.crm.files.columns import COLUMNS, ExportedJob
from service.crm.model import JobId, status_numbered
from service.crm.store.tables import jobs
from service.kernel.database import Transaction
from service.kernel.identifiers import TenantId

# Some 150 kB of ordinary jobs.
PAGE_JOBS = 500
# Descriptions may be long, so a page ends behind the job with which it has that much text; a job has half of it at the
# most. Their sizes are known without reading them.
PAGE_BYTES = 1_000_000

# In the order of `ExportedJob`.
_shown = (
    jobs.c.id,
    jobs.c.company,
    jobs.c.job_title,
    jobs.c.job_url,
    jobs.c.description,
    jobs.c.salary_range,
    jobs.c.notes,
    jobs.c.source,
    jobs.c.status_id,
    jobs.c.resume_date,
    jobs.c.applied_at,
    jobs.c.created_at,
    jobs.c.updated_at,
)
_STATUS = COLUMNS.index("status")
_text_bytes: Any = func.coalesce(func.octet_length(jobs.c.description), 0) + func.coalesce(
    func.octet_length(jobs.c.notes), 0
)
_before: Any = func.coalesce(func.sum(_text_bytes).over(order_by=jobs.c.id, rows=(None, -1)), 0)
_measured = (
    select(*_shown, _before.label("bytes_before"))
    .where(jobs.c.tenant_id == bindparam("tenant", type_=Text), jobs.c.id > bindparam("after", type_=BigInteger))
    .order_by(jobs.c.id)
    .limit(literal_column(str(PAGE_JOBS)))
    .subquery("measured")
)
_PAGE = (
    select(*(_measured.c[column.name] for column in _shown))
    .where(_measured.c.bytes_before < literal_column(str(PAGE_BYTES)))
    .order_by(_measured.c.id)
)


# A plan for any tenant takes this one for small, and would gather and sort all of its jobs for every page.
_ALONG_THE_INDEX = text("SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)")


async def forget_plans(tx: Transaction) -> None:
    """Have this connection's plans made anew, for the tables as large as they are by now.

    A session keeps its plans until it hears of new statistics. Those of the foreign keys, made while the tables were
    all but empty, walk through all rows of the tenant for each row that is written: without this the hundred and
    twentieth batch of a first import took seven times as long as the tenth.
    """
    await tx.execute(text("DISCARD PLANS"))


async def page_of_jobs(tx: Transaction, tenant: TenantId, *, after: JobId) -> Sequence[ExportedJob]:
    """The jobs with higher numbers than `after`, in their order; none behind the last page."""
    await tx.execute(_ALONG_THE_INDEX)
    rows = await tx.rows(_PAGE, {"tenant": tenant, "after": after})
    return [_exported_job(*row) for row in rows]


def _exported_job(*row: Any) -> ExportedJob:
    values: list[Any] = [*row]
    values[_STATUS] = status_numbered(row[_STATUS])
    return ExportedJob(*values)
