"""The jobs CRM: organizations, jobs with their leads, deals, and what happened to a lead.

Everything belongs to a tenant. A tenant's row in `workspaces` is what the others refer to: that of a person alone names
its user, so that a deletion that races a write cannot leave rows behind.

A job has one lead, the pursuit of it, and both share a row and a number. `jobs.company` is its organization's name,
kept equal by the foreign key, so that lists are sorted and searched on one table.
"""

from alembic import op

from service.migrations.wall import allow, guard, to_app_role

revision = "0012"
down_revision = "0011"

WORKSPACES = """
    CREATE TABLE workspaces (
        tenant_id text PRIMARY KEY,
        user_id text UNIQUE REFERENCES users (id)
    )
"""

STATUSES = """
    CREATE TABLE job_statuses (
        id smallint PRIMARY KEY,
        name text NOT NULL UNIQUE,
        position smallint NOT NULL UNIQUE
    )
"""

SEEDED_STATUSES = """
    INSERT INTO job_statuses (id, name, position) VALUES
        (1, 'Lead', 1), (2, 'Applied', 2), (3, 'Interviewing', 3), (4, 'Offer', 4), (5, 'Accepted', 5),
        (6, 'Rejected', 6), (7, 'Do Not Apply', 7)
"""

# `name_key` is the name as it is compared: without legal form, punctuation and case. In the order of its bytes, so that
# the index on it finds what begins with a name; `key_letters` is the same without spaces.
ORGANIZATIONS = """
    CREATE TABLE organizations (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES workspaces (tenant_id),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
        name_key text COLLATE "C" NOT NULL CHECK (length(name_key) BETWEEN 1 AND 300),
        key_letters text COLLATE "C" NOT NULL GENERATED ALWAYS AS (replace(name_key, ' ', '')) STORED,
        website text,
        notes text,
        search_text text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (tenant_id, name_key),
        UNIQUE (tenant_id, id, name)
    )
"""

# `title_key` is the title as it is compared: its case folded, its white space single.
# `content_hash` and `url_hash` tell one posting from another whatever it is called: of the description's words, and of
# the address without what campaigns hang onto it.
JOBS = """
    CREATE TABLE jobs (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES workspaces (tenant_id),
        organization_id bigint NOT NULL,
        company text NOT NULL,
        job_title text NOT NULL CHECK (length(job_title) BETWEEN 1 AND 300),
        title_key text NOT NULL CHECK (length(title_key) BETWEEN 1 AND 600),
        job_url text,
        description text,
        salary_range text,
        notes text,
        resume_date timestamptz,
        content_hash bytea,
        url_hash bytea,
        source text,
        status_id smallint NOT NULL REFERENCES job_statuses (id),
        applied_at timestamptz,
        search_text text NOT NULL GENERATED ALWAYS AS (lower(company || E'\\n' || job_title)) STORED,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (tenant_id, id),
        UNIQUE (organization_id, title_key),
        FOREIGN KEY (tenant_id, organization_id, company) REFERENCES organizations (tenant_id, id, name)
            ON UPDATE CASCADE
    )
"""

DEALS = """
    CREATE TABLE deals (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant_id text NOT NULL REFERENCES workspaces (tenant_id),
        lead_id bigint UNIQUE,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
        status text NOT NULL CHECK (status IN ('open', 'won', 'lost')),
        notes text,
        search_text text NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        FOREIGN KEY (tenant_id, lead_id) REFERENCES jobs (tenant_id, id) ON DELETE SET NULL (lead_id)
    )
"""

# Only ever added to. An e-mail is its writer's, and may be gone.
LEAD_EVENTS = """
    CREATE TABLE lead_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        tenant_id text NOT NULL,
        lead_id bigint NOT NULL,
        kind text NOT NULL CHECK (kind IN ('status', 'email')),
        from_status_id smallint REFERENCES job_statuses (id),
        status_id smallint REFERENCES job_statuses (id),
        email_id uuid,
        email_status text,
        happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CHECK ((kind = 'status') = (status_id IS NOT NULL)),
        CHECK ((kind = 'email') = (email_id IS NOT NULL AND email_status IS NOT NULL)),
        FOREIGN KEY (tenant_id, lead_id) REFERENCES jobs (tenant_id, id) ON DELETE CASCADE
    )
"""

# One for each way a list is ordered, with the id as the last word.
INDEXES = (
    "CREATE INDEX organizations_by_name ON organizations (tenant_id, lower(name), id)",
    "CREATE INDEX organizations_by_date ON organizations (tenant_id, created_at DESC, id DESC)",
    # What one slip of the pen leaves as it is: the beginning and the last letter, or the first letter and the end.
    (
        "CREATE INDEX organizations_by_beginning ON organizations"
        " (tenant_id, (left(key_letters, 3) || right(key_letters, 1)), length(key_letters))"
    ),
    (
        "CREATE INDEX organizations_by_ending ON organizations"
        " (tenant_id, (left(key_letters, 1) || right(key_letters, 3)), length(key_letters))"
    ),
    "CREATE INDEX jobs_by_date ON jobs (tenant_id, created_at DESC, id DESC)",
    "CREATE INDEX jobs_by_application_date ON jobs (tenant_id, coalesce(applied_at, '-infinity'::timestamptz), id)",
    "CREATE INDEX jobs_by_company ON jobs (tenant_id, lower(company), id)",
    "CREATE INDEX jobs_by_title ON jobs (tenant_id, title_key, id)",
    "CREATE INDEX jobs_by_resume_date ON jobs (tenant_id, coalesce(resume_date, '-infinity'::timestamptz), id)",
    "CREATE INDEX jobs_by_status ON jobs (tenant_id, status_id, created_at DESC, id DESC)",
    "CREATE INDEX jobs_by_content ON jobs (tenant_id, content_hash) WHERE content_hash IS NOT NULL",
    "CREATE INDEX jobs_by_address ON jobs (tenant_id, url_hash) WHERE url_hash IS NOT NULL",
    "CREATE INDEX deals_by_date ON deals (tenant_id, created_at DESC, id DESC)",
    "CREATE INDEX deals_by_status ON deals (tenant_id, status, created_at DESC, id DESC)",
    "CREATE INDEX events_of_a_lead ON lead_events (tenant_id, lead_id, id)",
)

# Row-level security lets no condition near an index before it has let the row through, unless the condition cannot
# leak; LIKE is not marked so. These views hold the wall inside instead: they show the tenant's rows and no others, and
# the planner may use the trigram index. Nothing but a LIKE of ours runs below them.
SEARCHED = """
    CREATE VIEW searched_{table} AS
        SELECT * FROM {table}
        WHERE tenant_id = (SELECT nullif(current_setting('overture.tenant', true), ''))
"""

# Where the server has the extension and lets us; `overture doctor` says where it does not.
TRIGRAMS = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE 'pg_trgm may not be created; searches go without trigrams';
    END $$
"""

TRIGRAM_INDEX = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
            CREATE INDEX {table}_by_trigrams ON {table} USING gin (search_text gin_trgm_ops);
        END IF;
    END $$
"""

SEARCHED_TABLES = ("organizations", "jobs", "deals")

MY_TENANT = "tenant_id = (SELECT nullif(current_setting('overture.tenant', true), ''))"

# An e-mail written for a lead names it, as the lead's history names the e-mail.
LEAD_OF_AN_EMAIL = "ALTER TABLE emails ADD COLUMN lead_id bigint REFERENCES jobs (id) ON DELETE SET NULL"
EMAILS_OF_A_LEAD = "CREATE INDEX emails_of_a_lead ON emails (lead_id) WHERE lead_id IS NOT NULL"


def upgrade() -> None:
    for statement in (WORKSPACES, STATUSES, SEEDED_STATUSES, ORGANIZATIONS, JOBS, DEALS, LEAD_EVENTS, *INDEXES):
        op.execute(statement)
    op.execute(TRIGRAMS)
    for table in SEARCHED_TABLES:
        guard(table, by="tenant")
        op.execute(SEARCHED.format(table=table))
        op.execute(to_app_role(f"GRANT SELECT ON searched_{table} TO overture_app"))
        op.execute(TRIGRAM_INDEX.format(table=table))
    # UPDATE is what locking a row takes; to nothing but the tenant's own name, where the wall lets nothing be changed.
    allow("workspaces", "SELECT, INSERT, UPDATE (tenant_id)", where=MY_TENANT)
    allow("lead_events", "SELECT, INSERT", where=MY_TENANT)
    allow("job_statuses", "SELECT", where="true")
    op.execute(LEAD_OF_AN_EMAIL)
    op.execute(EMAILS_OF_A_LEAD)
