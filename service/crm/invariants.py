"""What must hold of leads and their histories, always: SQL for what breaks it."""

from service.kernel.database import Invariant

INVARIANTS = (
    Invariant(
        "leads-are-where-their-history-ends",
        "A lead's status is the last one of its history.",
        # All backwards, as one index has them: no sort.
        """
        SELECT format('lead %s: status %s, its history ends with %s', job.id, job.status_id,
                      coalesce(told.status_id::text, 'nothing')) AS detail
        FROM jobs AS job
        LEFT JOIN (
            SELECT DISTINCT ON (tenant_id, lead_id) tenant_id, lead_id, status_id
            FROM lead_events WHERE kind = 'status' ORDER BY tenant_id DESC, lead_id DESC, id DESC
        ) AS told ON (told.tenant_id, told.lead_id) = (job.tenant_id, job.id)
        WHERE told.status_id IS DISTINCT FROM job.status_id
        """,
    ),
    Invariant(
        "histories-have-no-gap",
        "Each change of a lead's status begins where the one before ended, and the first of them with none.",
        """
        SELECT format('lead %s: entry %s begins with %s, the one before ended with %s', lead_id, id,
                      coalesce(from_status_id::text, 'nothing'), coalesce(before::text, 'nothing')) AS detail
        FROM (
            SELECT id, lead_id, from_status_id,
                   lag(status_id) OVER (PARTITION BY tenant_id, lead_id ORDER BY id) AS before
            FROM lead_events WHERE kind = 'status'
        ) AS entry
        WHERE from_status_id IS DISTINCT FROM before
        """,
    ),
)
