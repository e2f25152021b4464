"""`overture migrate`"""

from service.adapters.local_postgres.launcher import blocking_local_postgres
from service.cli import DONE
from service.cli.configuration import configured


def migrate() -> int:
    """Bring the database's schema up to date: that of DATABASE_URL, or the embedded one.

    Safe to run from several places at once; does nothing where nothing is to be done.
    """
    settings = configured()
    if settings.database_url is not None:
        return _migrate(settings.database_url)
    with blocking_local_postgres(settings.data_dir / "postgresql") as url:
        return _migrate(url)


def _migrate(url: str) -> int:
    from service.migrations.migrate import current_and_head  # noqa: PLC0415  (alembic, a third of a second)
    from service.migrations.migrate import migrate as apply  # noqa: PLC0415

    before, head = current_and_head(url)
    if before != head:
        apply(url)
    print(f"at {head}" if before == head else f"from {before or 'nothing'} to {head}")
    return DONE
