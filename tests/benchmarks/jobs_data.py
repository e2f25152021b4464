"""Jobs in the migrated schema, as a person's history of applying looks: made by PostgreSQL itself, the same each time.

A large tenant has fifty jobs at each of its organizations. Four titles in five are engineers' (`MANY`), one in ten
says `TENTH`, one in a hundred `HUNDREDTH`; a job's place in any order says nothing about its place in another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.kernel.identifiers import UserId

JOBS_PER_ORGANIZATION = 50
# Of a description, about; a third of a posting, so that the answer's bytes do not hide what making it costs.
DESCRIPTION_CHARS = 1_000
MANY, TENTH, HUNDREDTH = "engineer", "analyst", "astronomer"


def _words(text: str) -> list[str]:
    return text.split()


# A name is three syllables and a kind: made up, so that no three letters of it are in every other name.
_SYLLABLES = [
    *(consonant + vowel for consonant in "bdfghklmnprstvwz" for vowel in "aeiou"),
    *_words("bel bra cle dor dru fin gal gro hal isk jor kri lun mar nor ras sel tan ver zen"),
]
_KINDS = _words("Labs Works Health Data Energy Robotics Freight Foods Media Studio")
_NAMES = len(_SYLLABLES) ** 3
# Twenty trades: sixteen engineers, two analysts, and two more; one job in five of the last is an astronomer's.
_TRADES = (
    *(
        f"{what} Engineer"
        for what in _words(
            "Backend Frontend Platform Cloud Security Network Embedded Mobile Search Payments Billing Release Storage "
            "Compiler Reliability Machine-Learning"
        )
    ),
    "Data Analyst",
    "Business Analyst",
    "Product Designer",
    "Technical Writer",
)
_LEVELS = ("", "Junior ", "Senior ", "Staff ", "Principal ")
_SENTENCE = (
    "You will own services from the first sketch to the night they are paged for, review what others write, and "
    "leave the code simpler than it was found. "
)

_PEOPLE = """
    INSERT INTO users (id, email) SELECT id, 'x@example.com' FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING
"""
_WORKSPACES = "INSERT INTO workspaces (tenant_id, user_id) SELECT 'user:' || id, id FROM unnest($1::text[]) AS id"
_ORGANIZATIONS = """
    INSERT INTO organizations (tenant_id, name, name_key, created_at, updated_at)
    SELECT 'user:' || person, name, lower(name), '2025-01-01Z', '2025-01-01Z'
    FROM unnest($1::text[]) AS person, generate_series(0, $2::int - 1) AS i,
        LATERAL (SELECT (i::bigint * 7919 % 1000000)::int AS p) AS scattered,
        LATERAL (SELECT initcap(concat(($3::text[])[p % 100 + 1], ($3::text[])[p / 100 % 100 + 1],
            ($3::text[])[p / 10000 + 1])) || ' ' || ($4::text[])[i % 10 + 1] AS name) AS n
    ORDER BY person, i
"""
# Multiplied by a prime and taken modulo another, numbers in a row are scattered, and alike in every run.
_JOBS = """
    INSERT INTO jobs (tenant_id, organization_id, company, job_title, title_key, job_url, description, salary_range,
                      notes, resume_date, source, status_id, applied_at, created_at, updated_at)
    SELECT tenant_id, organization_id, company, title, lower(title), 'https://jobs.example.com/' || n,
        left('Posting ' || n || '. ' || repeat($6::text, 20), $7::int), '90 000 - 120 000 EUR',
        CASE WHEN dice % 4 = 0 THEN 'Asked a friend there about the team.' END,
        CASE WHEN dice % 2 = 0 THEN created_at - interval '1 hour' * (dice % 900) END, 'board', status_id,
        CASE WHEN status_id > 1 THEN created_at + interval '1 minute' * (dice % 9000) END, created_at, created_at
    FROM (
        SELECT o.tenant_id, o.id AS organization_id, o.name AS company, n, k, dice,
            ($3::text[])[k % 5 + 1] || CASE WHEN trade = 20 AND k % 5 = 0 THEN 'Astronomer' ELSE ($4::text[])[trade] END
                AS title,
            ($5::int[])[dice % 100 + 1] AS status_id,
            timestamptz '2025-01-01Z' + interval '1 second' * n AS created_at
        FROM (
            SELECT *, row_number() OVER (PARTITION BY tenant_id ORDER BY id) - 1 AS place FROM organizations
            WHERE tenant_id = ANY (SELECT 'user:' || person FROM unnest($1::text[]) AS person)
        ) AS o, generate_series(0, $2::int - 1) AS k,
            LATERAL (SELECT k * 20011 + o.place AS n, (k / 5 + o.place * 7) % 20 + 1 AS trade,
                ((k * 20011 + o.place) * 7919 % 999983)::int AS dice) AS numbers
        ORDER BY k, o.id
    ) AS drawn
"""
_EVENTS = """
    INSERT INTO lead_events (tenant_id, lead_id, kind, status_id, happened_at)
    SELECT tenant_id, id, 'status', status_id, created_at FROM jobs
    WHERE tenant_id = ANY (SELECT 'user:' || person FROM unnest($1::text[]) AS person)
"""
_DEALS = """
    INSERT INTO deals (tenant_id, lead_id, name, status, created_at, updated_at)
    SELECT tenant_id, id, 'Offer of ' || company, 'open', created_at, created_at FROM jobs
    WHERE status_id = 4 AND tenant_id = ANY (SELECT 'user:' || person FROM unnest($1::text[]) AS person)
"""
# Of a hundred jobs, by the number of their status.
_STATUSES = (*[1] * 60, *[2] * 15, *[3] * 8, *[4] * 2, *[5], *[6] * 10, *[7] * 4)


@dataclass(frozen=True)
class Tenants:
    """People alike, each with so many jobs."""

    people: Sequence[UserId]
    jobs: int


async def load(connection: Any, tenants: Tenants) -> None:
    """What a person's tenant holds, for each of them; straight into the tables, as their owner."""
    organizations = -(-tenants.jobs // JOBS_PER_ORGANIZATION)
    each = -(-tenants.jobs // organizations)
    people = list(tenants.people)
    await connection.execute(_PEOPLE, people)
    await connection.execute(_WORKSPACES, people)
    await connection.execute(_ORGANIZATIONS, people, organizations, _SYLLABLES, _KINDS)
    await connection.execute(
        _JOBS, people, each, list(_LEVELS), list(_TRADES), list(_STATUSES), _SENTENCE, DESCRIPTION_CHARS
    )
    await connection.execute(_EVENTS, people)
    await connection.execute(_DEALS, people)


async def settled(connection: Any) -> None:
    """What autovacuum would have done by and by."""
    await connection.execute("VACUUM (ANALYZE, FREEZE)")


def company(place: int) -> str:
    """The name of a large tenant's organization, without its kind."""
    scattered = place * 7919 % _NAMES
    syllables = (scattered % 100, scattered // 100 % 100, scattered // 10_000)
    return "".join(_SYLLABLES[number] for number in syllables).capitalize()
