"""The second wall, as migrations speak of it: `guard(table, by=...)` lets row-level security show a table's rows only
to the user or tenant that a unit of work acts for (`service.kernel.database.wall` sets role and settings).

The owner of the tables is not bound by it: that is how sweepers, webhooks and doctor see all tenants.
"""

from typing import Literal

from alembic import op

APP_ROLE = "overture_app"

# The setting of each wall, and the column it is compared with unless the table's name for it is another.
_SETTINGS = {"user": ("overture.user", "user_id"), "tenant": ("overture.tenant", "tenant_id")}


def guard(table: str, by: Literal["user", "tenant", "everyone", "system"], *, column: str | None = None) -> None:
    """Raise the wall around a table, as its last step of creation.

    "user", "tenant": rows are seen and written by whom `column` names (by default `user_id`, `tenant_id`).
    "everyone": all rows, by everyone (reference data). "system": no row by anyone but `run_system`.
    """
    if by == "system":
        op.execute(f"ALTER TABLE {_identifier(table)} ENABLE ROW LEVEL SECURITY")
        return
    where = "true"
    if by != "everyone":
        setting, usual_column = _SETTINGS[by]
        # NULL outside `acting_for`, and NULL shows no row. In a subquery PostgreSQL reads it once, not per row.
        where = f"{_identifier(column or usual_column)} = (SELECT nullif(current_setting('{setting}', true), ''))"
    allow(table, "SELECT, INSERT, UPDATE, DELETE", where=where)


def allow(table: str, privileges: str, *, where: str) -> None:
    """A wall of the table's own: these privileges, on the rows for which the SQL condition holds.

    Where the role could not be created, the policy stands ready and the grant is left out.
    """
    name = _identifier(table)
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {_identifier(table + '_wall')} ON {name} USING ({where}) WITH CHECK ({where})")
    op.execute(to_app_role(f"GRANT {privileges} ON {name} TO {APP_ROLE}"))


def to_app_role(statement: str) -> str:
    """The statement, run only where the role exists."""
    literal = statement.replace("'", "''")
    return f"""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
                EXECUTE '{literal}';
            END IF;
        END $$
    """


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
