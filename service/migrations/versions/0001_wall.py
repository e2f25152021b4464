"""The role that row-level security binds.

Roles belong to the whole server: another database of it may have created this one already, or be doing so right now.
Where CREATE ROLE is denied the service runs without the role, and doctor says that the second wall is off.
"""

from alembic import op

from service.migrations.wall import APP_ROLE, to_app_role

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(f"""
        DO $$ BEGIN
            CREATE ROLE {APP_ROLE} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
        END $$
    """)
    # PostgreSQL 16 makes the creator of a role its administrator, not yet somebody who may take it.
    op.execute(f"""
        DO $$ BEGIN
            GRANT {APP_ROLE} TO CURRENT_USER;
        EXCEPTION WHEN undefined_object OR insufficient_privilege THEN NULL;
        END $$
    """)
    op.execute(to_app_role(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"))
