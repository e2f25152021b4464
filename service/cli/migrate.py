"""`overture migrate`"""

from service.cli import DONE, command_settings
from service.resources import unmigrated_database_url


def migrate() -> int:
    """Bring the database's schema up to date: that of DATABASE_URL, or the embedded one.

    Safe to run from several places at once; does nothing where nothing is to be done.
    """
    from service.migrations.migrate import current_and_head  # noqa: PLC0415  (alembic, a third of a second)
    from service.migrations.migrate import migrate as apply  # noqa: PLC0415

    with unmigrated_database_url(command_settings()) as url:
        before, head = current_and_head(url)
        if before != head:
            apply(url)
    print(f"at {head}" if before == head else f"from {before or 'nothing'} to {head}")
    return DONE
